import { guard } from "@pawl/hooks/guard";
import { type Emit, emitUntilDurable } from "./emit-all.ts";
import type { PreparedTrigger } from "./prepare-trigger.ts";
import type { Accepted, EmitterTrigger, GeneratorTrigger, TriggerContext, TriggerDefinition } from "./trigger.ts";

/**
 * Runs a trigger until it ends or throws. After its signal is aborted it is given the chance to end by itself; an event
 * that it still gives is delivered.
 */
export async function runTrigger(prepared: PreparedTrigger, context: TriggerContext, deliver: Emit): Promise<void> {
  const { definition, input } = prepared;
  if (isEmitter(definition)) await called(definition, () => definition.listen(input, context, deliver));
  else await drive(definition, input, { context, deliver });
}

function isEmitter(definition: TriggerDefinition): definition is EmitterTrigger<unknown> {
  return "listen" in definition;
}

interface Driving {
  readonly context: TriggerContext;
  readonly deliver: Emit;
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
      accepted = await emitUntilDurable(step.value, deliver, context);
      if (signal.aborted) return;
    }
  } finally {
    await called(definition, () => generator.return());
  }
}

/** Calls the trigger's own code through the guard. */
async function called<T>(definition: TriggerDefinition, call: () => T | PromiseLike<T>): Promise<T> {
  const outcome = await guard(call, { name: definition.name, point: "trigger" });
  if (outcome.status === "ok") return outcome.value;
  throw outcome.status === "failed" ? outcome.error : new Error(`The trigger was not called: ${outcome.status}.`);
}
