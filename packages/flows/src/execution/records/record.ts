import type { NodeStep } from "../../definition/flow.ts";
import { RunCancelled } from "../../durability/durability.ts";
import { waitId } from "../../durability/wait-id.ts";
import { type NodeDefinition, NodeError } from "../../nodes/node.ts";
import { untilAborted } from "../abort.ts";
import type { At } from "../execution.ts";
import { messageOf } from "../failure.ts";
import { checkInterruption } from "../interruption.ts";
import { withStepEnv } from "../scope/step-env.ts";
import type { Settled } from "../scope/values.ts";
import { recordEnd, settledOf } from "./outright.ts";
import { perform } from "./perform.ts";
import { resolveInputs, validateInputs } from "./step-inputs.ts";

/** One record of a node step: made once, however often the process that makes it is cut off. */
export async function runRecord(at: At<NodeStep>): Promise<Settled> {
  const { frame, step, recordId } = at;
  const found = frame.execution.host.nodes.find(step.uses);
  const definition = found instanceof Promise ? await found.catch(unloaded) : found;
  if (definition instanceof NodeError) {
    const error = { code: definition.code, message: definition.message };
    return recordEnd(frame, step, recordId, { status: "failed", output: null, error, reason: undefined, hooks: [] });
  }
  if (definition?.waitUntil && !frame.scope.hasEnded(recordId)) await waitFirst(at, definition);
  const start = { id: recordId, step: step.id };
  return settledOf(await frame.scope.step(start, (durable) => perform(at, definition, durable)));
}

/** Of an error that comes with a source excerpt, only the first line is a sentence. */
function unloaded(error: unknown): NodeError {
  const [reason] = messageOf(error).split("\n");
  return new NodeError(`Its node could not be loaded: ${reason}`, { code: "node-failed", cause: error });
}

/** The pause that a node asks for stands before its step, because it outlives processes. */
async function waitFirst(at: At<NodeStep>, definition: NodeDefinition): Promise<void> {
  const until = await momentOf(at, definition);
  if (until === undefined) return;
  const { frame, step, recordId } = at;
  const { clock } = frame.execution.host;
  const sleepId = waitId(recordId, step.approval === undefined ? undefined : "wait");
  await untilAborted(frame.scope.sleep(sleepId, until), frame.signal).catch((error) => {
    checkInterruption(frame.signal);
    if (frame.signal.aborted) return;
    // A step of `finally` in a cancelled run: its scope sleeps no more, and it pauses all the same.
    if (error instanceof RunCancelled) return clock.sleep(until - clock.now(), frame.signal);
    throw error;
  });
}

/** Nothing for inputs that are wrong: the step itself fails for the same reason, and records it. */
async function momentOf({ frame, step }: At<NodeStep>, definition: NodeDefinition): Promise<number | undefined> {
  try {
    const checked = await validateInputs(definition, step, resolveInputs(withStepEnv(frame, step), step));
    return "failure" in checked ? undefined : definition.waitUntil!(checked.input, frame.execution.host.clock.now());
  } catch {
    return undefined;
  }
}
