import type { Step } from "../../definition/flow.ts";
import type { StepEnd } from "../../durability/durability.ts";
import type { StepRecord } from "../../durability/records.ts";
import type { Frame } from "../execution.ts";
import { faultOf } from "../failure.ts";
import type { Settled } from "../scope/values.ts";
import { currentId } from "../visits/visit.ts";

/** Records a step that is not run, with the reason a person sees. */
export function recordSkip(frame: Frame, step: Step, reason: string): Promise<Settled> {
  return recordEnd(frame, step, currentId(frame, step), {
    status: "skipped",
    output: null,
    error: undefined,
    reason,
    hooks: [],
  });
}

/** Records a step whose own expressions (`if`, `loop`, `while`) failed, so that nothing of it ran. */
export function recordFailure(frame: Frame, step: Step, error: unknown): Promise<Settled> {
  const { failure } = faultOf(error);
  const end: StepEnd = { status: "failed", output: null, error: failure, reason: undefined, hooks: [] };
  return recordEnd(frame, step, currentId(frame, step), end);
}

export async function recordEnd(frame: Frame, step: Step, id: string, end: StepEnd): Promise<Settled> {
  return settledOf(await frame.scope.step({ id, step: step.id }, async () => end));
}

/** How a record says that its step came out. */
export function settledOf(record: StepRecord): Settled {
  const { status, output, error, id, attempts } = record;
  if (status === "completed" || status === "failed" || status === "skipped" || status === "cancelled") {
    return { status, output, error, at: id, attempts: attempts.length };
  }
  throw new Error(`The record "${id}" is said to have ended, and is ${status}.`);
}
