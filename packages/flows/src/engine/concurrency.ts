import type { Flow } from "../definition/flow.ts";
import type { NewRun, RunTrigger } from "../durability/records.ts";
import { plain } from "../execution/scope/values.ts";
import type { JsonObject } from "../json.ts";

/**
 * The lane that a run queues in. The key is evaluated over what is known before the run has begun.
 * @throws ExpressionError
 */
export function concurrencyOf(
  flow: Flow,
  known: {
    readonly inputs: JsonObject;
    readonly vars: JsonObject;
    readonly trigger: RunTrigger;
    readonly env: Readonly<Record<string, string>>;
  },
): NewRun["concurrency"] {
  const { limit, overflow, key } = flow.concurrency;
  if (key === undefined) return { limit, overflow, key: "" };
  const { type, payload, event, eventId, time } = known.trigger;
  const trigger = { type, payload, event, event_id: eventId ?? null, time: new Date(time).toISOString() };
  const scope = {
    ...known,
    trigger,
    steps: plain<unknown>(),
    secrets: plain<string>(),
    visits: plain<number>(),
    run: null,
    flow: { name: flow.name },
  };
  const value = key.evaluate(scope);
  return { limit, overflow, key: typeof value === "string" ? value : JSON.stringify(value) };
}
