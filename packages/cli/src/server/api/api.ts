import type { Engine, Flow, HttpMount, ParsedFlow, RouteContext, TriggerSupervisor } from "@pawl/flows";

/** What the routes of the API are made of. */
export interface ApiParts {
  readonly engine: Engine;
  readonly triggers: TriggerSupervisor;
  readonly findFlow: (name: string) => Flow | undefined;
  /** Every flow file with what was found in it. */
  readonly files: () => readonly ParsedFlow[];
  /** Flows that can be started, by name. */
  readonly flows: () => readonly Flow[];
  /** The name of the token that a request carries; without one, that of the local user. */
  readonly personOf: (request: Request) => string;
  /** Aborted when the server stops: streams end then. */
  readonly closing: AbortSignal;
}

export type ApiHandler = (
  request: Request,
  params: Readonly<Record<string, string>>,
  parts: ApiParts,
) => Response | Promise<Response>;

/** Adds routes below `/api/v1`. */
export function addRoutes(mount: HttpMount, parts: ApiParts, routes: Readonly<Record<string, ApiHandler>>): void {
  for (const [written, handler] of Object.entries(routes)) {
    const [method, path] = written.split(" ") as [string, string];
    mount.route(method, `/api/v1${path}`, (request: Request, context: RouteContext) =>
      handler(request, context.params, parts),
    );
  }
}
