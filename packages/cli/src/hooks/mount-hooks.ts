import { type Asked, answering, HttpAnswer, type HttpMount } from "@pawl/flows";
import { fireHook as fire, formatForClaude, hookEvents, isHookEvent, type LoadedHooks } from "@pawl/hooks";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { fireHook, listHooks } from "../server/api/operations/hooks.ts";
import { refuse } from "../server/codes.ts";

/** Where the hooks of today are: they change while the server runs. */
export interface HooksSource {
  readonly current: LoadedHooks;
}

/**
 * `POST /api/v1/hooks/EVENT`: the input as JSON, the verdict as JSON; `?format=claude` answers as an HTTP hook of Claude
 * Code does. `GET /api/v1/hooks`: the hooks, with what keeps them from running. The result takes both away.
 */
export function mountHooks(mount: HttpMount, hooks: HooksSource, options: { readonly cwd: string }): () => void {
  const list = answering(listHooks, ({ answer }) => {
    const { hooks: known, diagnostics } = hooks.current;
    return answer(200, { hooks: known, diagnostics });
  });
  const answerEvent = answering(fireHook, (asked) => fireEvent(asked, hooks.current, options.cwd));
  const undo = [
    mount.route("GET", "/api/v1/hooks", list, { operation: listHooks }),
    mount.route("POST", "/api/v1/hooks/:event", answerEvent, { operation: fireHook }),
  ];
  return () => {
    for (const remove of undo) remove();
  };
}

async function fireEvent(asked: Asked<typeof fireHook>, hooks: LoadedHooks, cwd: string): Promise<HttpAnswer> {
  const { request, params, query, body, answer } = asked;
  const { event } = params;
  if (!isHookEvent(event)) {
    return refuse("unknown-event", `There is no event "${event.slice(0, 100)}".${didYouMean(event, hookEvents)}`);
  }
  const traceparent = request.headers.get("traceparent") ?? undefined;
  const fired = await fire(hooks.registry, event, body, { cwd, signal: request.signal, traceparent });
  if (!fired.ok) {
    const sentences = fired.diagnostics.filter((one) => one.severity === "error").map((one) => one.message);
    return refuse("invalid-input", sentences.join(" "), { members: { errors: fired.diagnostics } });
  }
  if (query.format !== "claude") return answer(200, fired.verdict);
  const said = formatForClaude(fired.verdict).stdout || "{}";
  return new HttpAnswer(200, { "content-type": "application/json" }, said);
}
