import { guard } from "@pawl/hooks/guard";
import { messageOf } from "../execution/failure.ts";
import type { Json } from "../json.ts";
import { EventRefused } from "./delivery.ts";
import type { PreparedTrigger } from "./prepare-trigger.ts";
import type {
  Accepted,
  EmitterTrigger,
  GeneratorTrigger,
  TriggerContext,
  TriggerDefinition,
  TriggerEvent,
} from "./trigger.ts";

export type Deliver = (event: Json | TriggerEvent) => Promise<Accepted>;

const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Runs a trigger until it ends or throws. After its signal is aborted it is given the chance to end by itself; an event
 * that it still gives is delivered.
 */
export async function runTrigger(prepared: PreparedTrigger, context: TriggerContext, deliver: Deliver): Promise<void> {
  const { definition, input } = prepared;
  if (isEmitter(definition)) await called(definition, () => definition.listen(input, context, deliver));
  else await drive(definition, input, { context, deliver });
}

function isEmitter(definition: TriggerDefinition): definition is EmitterTrigger<unknown> {
  return "listen" in definition;
}

interface Driving {
  readonly context: TriggerContext;
  readonly deliver: Deliver;
}

/** `next()` is called only after the run of the event before is durable, so that a source may acknowledge then. */
async function drive(definition: GeneratorTrigger<unknown>, input: unknown, driving: Driving): Promise<void> {
  const { context, deliver } = driving;
  const { signal } = context;
  const generator = await called(definition, () => definition.run(input, context));
  let accepted: Accepted | undefined;
  try {
    for (;;) {
      const step = await called(definition, () => generator.next(accepted));
      if (step.done) return;
      accepted = await deliverUntilDurable(step.value, { context, deliver });
      if (signal.aborted) return;
    }
  } finally {
    await called(definition, () => generator.return());
  }
}

/** An event that cannot be queued now is tried again; the source meanwhile waits in its `yield`. */
async function deliverUntilDurable(value: Json | TriggerEvent, { context, deliver }: Driving): Promise<Accepted> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    try {
      return await deliver(value);
    } catch (error) {
      if (error instanceof EventRefused) {
        context.log.error(error.message, { code: error.code });
        return refused;
      }
      context.log.warn(`An event could not be queued and is tried again: ${messageOf(error)}`, {
        code: "event-not-queued",
      });
      await context.sleep(waitMs);
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

/** Calls the trigger's own code through the guard. */
async function called<T>(definition: TriggerDefinition, call: () => T | PromiseLike<T>): Promise<T> {
  const outcome = await guard(call, { name: definition.name, point: "trigger" });
  if (outcome.status === "ok") return outcome.value;
  throw outcome.status === "failed" ? outcome.error : new Error(`The trigger was not called: ${outcome.status}.`);
}
