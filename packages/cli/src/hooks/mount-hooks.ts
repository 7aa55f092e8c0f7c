import { type HttpMount, json, problem, readBody } from "@pawl/flows";
import { fireHook, formatForClaude, hookEvents, isHookEvent, type LoadedHooks } from "@pawl/hooks";
import { didYouMean } from "@pawl/hooks/diagnostics";

const maxBodyBytes = 8_388_608;

/** Where the hooks of today are: they change while the server runs. */
export interface HooksSource {
  readonly current: LoadedHooks;
}

/**
 * `POST /api/v1/hooks/EVENT`: the input as JSON, the verdict as JSON; `?format=claude` answers as an HTTP hook of Claude
 * Code does. `GET /api/v1/hooks`: the hooks, with what keeps them from running. The result takes both away.
 */
export function mountHooks(mount: HttpMount, hooks: HooksSource, options: { readonly cwd: string }): () => void {
  const undo = [
    mount.route("GET", "/api/v1/hooks", () => {
      const { hooks: known, diagnostics } = hooks.current;
      return json(200, { hooks: known, diagnostics });
    }),
    mount.route("POST", "/api/v1/hooks/:event", (request, { params }) => {
      return fire(request, params.event ?? "", hooks.current, options.cwd);
    }),
  ];
  return () => {
    for (const remove of undo) remove();
  };
}

async function fire(request: Request, event: string, hooks: LoadedHooks, cwd: string): Promise<Response> {
  if (!isHookEvent(event)) {
    return problem(404, "unknown-event", `There is no event "${event}".${didYouMean(event, hookEvents)}`);
  }
  const input = await readInput(request);
  if (input instanceof Response) return input;
  const traceparent = request.headers.get("traceparent") ?? undefined;
  const fired = await fireHook(hooks.registry, event, input, { cwd, signal: request.signal, traceparent });
  if (!fired.ok) {
    const sentences = fired.diagnostics.filter((one) => one.severity === "error").map((one) => one.message);
    return problem(400, "invalid-input", sentences.join(" "), { members: { errors: fired.diagnostics } });
  }
  if (!/[?&]format=claude(?:&|$)/.test(request.url)) return json(200, fired.verdict);
  return new Response(formatForClaude(fired.verdict).stdout || "{}", {
    headers: { "content-type": "application/json" },
  });
}

/** The body's JSON, an empty object for none, or the answer that says what is wrong with it. */
async function readInput(request: Request): Promise<unknown> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return problem(413, "body-too-large", `The body is larger than ${maxBodyBytes} bytes.`);
  if (body.length === 0) return {};
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get("content-type") ?? "")) {
    return problem(415, "unsupported-media-type", "The body has to be JSON, with content-type: application/json.");
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    return problem(400, "invalid-json", `The body is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}
