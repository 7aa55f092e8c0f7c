import { messageOf } from "../execution/failure.ts";
import type { Json } from "../json.ts";
import { EventRefused } from "./delivery.ts";
import type { Accepted, TriggerContext, TriggerEvent } from "./trigger.ts";

export type Emit = (event: Json | TriggerEvent) => Promise<Accepted>;

const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Queues events that came together in one commit, in their order. One that cannot be queued now is tried again; one that never
 * can is told, and counts as dropped. Resolves when nothing is open: what is missing at the place of an event was not durable
 * when the trigger was stopped, and must not be acknowledged.
 */
export function emitAll(
  events: readonly (Json | TriggerEvent)[],
  emit: Emit,
  context: Pick<TriggerContext, "log" | "sleep" | "signal">,
): Promise<readonly (Accepted | undefined)[]> {
  return Promise.all(
    events.map((event) =>
      emitUntilDurable(event, emit, context).catch((error: unknown) => {
        if (context.signal.aborted) return undefined;
        throw error;
      }),
    ),
  );
}

/** @throws the signal's reason when the trigger is stopped before the event is durable */
export async function emitUntilDurable(
  event: Json | TriggerEvent,
  emit: Emit,
  { log, sleep }: Pick<TriggerContext, "log" | "sleep">,
): Promise<Accepted> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    try {
      return await emit(event);
    } catch (error) {
      if (error instanceof EventRefused) {
        log.error(error.message, { code: error.code });
        return refused;
      }
      log.warn(`An event could not be queued and is tried again: ${messageOf(error)}`, { code: "event-not-queued" });
      await sleep(waitMs);
    }
  }
}

const refused: Accepted = {
  runId: "",
  duplicate: false,
  dropped: true,
  result: async () => {
    throw new Error("The event was refused: there is no run.");
  },
};
