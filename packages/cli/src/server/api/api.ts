import {
  type Asked,
  answering,
  type Engine,
  type Flow,
  type HttpMount,
  type HttpRequest,
  type Operation,
  type ParsedFlow,
  type RouteAnswer,
  type TriggerSupervisor,
} from "@pawl/flows";
import type { ProjectLog } from "../../log/project-log.ts";

/** What the routes of the API are made of. */
export interface ApiParts {
  readonly engine: Engine;
  readonly log: ProjectLog;
  readonly triggers: TriggerSupervisor;
  readonly findFlow: (name: string) => Flow | undefined;
  /** Every flow file with what was found in it. */
  readonly files: () => readonly ParsedFlow[];
  /** Flows that can be started, by name. */
  readonly flows: () => readonly Flow[];
  /** The name of the token that a request carries; without one, that of the local user. */
  readonly personOf: (request: HttpRequest) => string;
  /** Aborted when the server stops: streams end then. */
  readonly closing: AbortSignal;
}

/** Adds the routes of one area. */
export type ApiRoutes = (route: AddRoute, parts: ApiParts) => void;

type AddRoute = <const O extends Operation>(
  operation: O,
  handle: (asked: Asked<O>) => RouteAnswer | Promise<RouteAnswer>,
) => void;

/** Mounts operations: what serves a route, checks its requests and describes it is one definition. */
export function addRoutes(mount: HttpMount, parts: ApiParts, areas: readonly ApiRoutes[]): void {
  const route: AddRoute = (operation, handle) => {
    const [method, path] = operation.route.split(" ") as [string, string];
    mount.route(method, path, answering(operation, handle), { operation });
  };
  for (const area of areas) area(route, parts);
}
