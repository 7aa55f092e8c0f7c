import type { NodeStep } from "../../definition/flow.ts";
import { RunCancelled } from "../../durability/durability.ts";
import { waitId } from "../../durability/wait-id.ts";
import { type NodeDefinition, NodeError } from "../../nodes/node.ts";
import { untilAborted } from "../abort.ts";
import type { At, Frame } from "../execution.ts";
import { failure, messageOf } from "../failure.ts";
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
  if (definition?.waitUntil && !frame.scope.hasEnded(recordId) && !(await waitFirst(at, definition))) {
    const error = failure("timeout", `Its condition did not hold at any of ${mostLooks} looks.`);
    return recordEnd(frame, step, recordId, { status: "failed", output: null, error, reason: undefined, hooks: [] });
  }
  const start = { id: recordId, step: step.id, isLast: isLast(frame, step) || undefined };
  return settledOf(await frame.scope.step(start, (durable) => perform(at, definition, durable)));
}

/** The last of the flow's own steps, when nothing can follow it: no other visit of it, no item, and no `finally`. */
function isLast({ execution, prefix }: Frame, step: NodeStep): boolean {
  const { steps, finally: cleanUp } = execution.flow;
  if (prefix !== "" || step !== steps.at(-1) || cleanUp.length > 0) return false;
  return step.next === undefined && step.while === undefined && step.loop === undefined;
}

/** Of an error that comes with a source excerpt, only the first line is a sentence. */
function unloaded(error: unknown): NodeError {
  const [reason] = messageOf(error).split("\n");
  return new NodeError(`Its node could not be loaded: ${reason}`, { code: "node-failed", cause: error });
}

/** Each look leaves a trace in the store while its run goes on. */
const mostLooks = 10_000;

/** The pause that a node asks for stands before its step, because it outlives processes. False when what it looks for never held. */
async function waitFirst(at: At<NodeStep>, definition: NodeDefinition): Promise<boolean> {
  const { frame, step, recordId } = at;
  for (let look = 0; look < mostLooks; look++) {
    const moment = await momentOf(at, definition);
    if (moment === undefined) return true;
    const isLook = typeof moment === "object";
    const purpose = isLook ? `look${look}` : step.approval === undefined ? undefined : "wait";
    // What held at a look needs no pause.
    if (!isLook && look > 0 && moment <= frame.execution.host.clock.now()) return true;
    await pause(frame, waitId(recordId, purpose), isLook ? moment.lookAgainAt : moment);
    if (!isLook || frame.signal.aborted) return true;
  }
  return false;
}

async function pause(frame: Frame, id: string, until: number): Promise<void> {
  const { clock } = frame.execution.host;
  await untilAborted(frame.scope.sleep(id, until), frame.signal).catch((error) => {
    checkInterruption(frame.signal);
    if (frame.signal.aborted) return;
    // A step of `finally` in a cancelled run: its scope sleeps no more, and it pauses all the same.
    if (error instanceof RunCancelled) return clock.sleep(until - clock.now(), frame.signal);
    throw error;
  });
}

/** Nothing for inputs that are wrong: the step itself fails for the same reason, and records it. */
async function momentOf(
  { frame, step }: At<NodeStep>,
  definition: NodeDefinition,
): Promise<ReturnType<NonNullable<NodeDefinition["waitUntil"]>> | undefined> {
  try {
    const checked = await validateInputs(definition, step, resolveInputs(withStepEnv(frame, step), step));
    return "failure" in checked ? undefined : definition.waitUntil!(checked.input, frame.execution.host.clock.now());
  } catch {
    return undefined;
  }
}
