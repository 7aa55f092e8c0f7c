import type { Approval, Step } from "../definition/flow.ts";
import type { StepEnd } from "../durability/durability.ts";
import type { Json } from "../json.ts";
import { untilAborted } from "./abort.ts";
import type { At } from "./execution.ts";
import { failure, faultOf } from "./failure.ts";
import { checkInterruption, failureOfAbort } from "./interruption.ts";

/** What is sent to a step that waits for approval, with `signal(runId, approvalSignal(recordId), decision)`. */
export interface Decision {
  readonly decision: "approve" | "reject";
  /** Who decided. */
  readonly by?: string;
  readonly comment?: string;
}

/** The name that a step's approval is signalled by. */
export function approvalSignal(recordId: string): string {
  return `approval:${recordId}`;
}

/** Waits until somebody has decided. Nothing when the step may run; else how it ends without having run. */
export async function approve(at: At<Step>, approval: Approval): Promise<StepEnd | undefined> {
  const { frame, step } = at;
  let message: Json;
  try {
    message = approval.message?.evaluate(frame.values) ?? null;
  } catch (error) {
    return ended("failed", faultOf(error).failure);
  }
  return decide(at, { message: message ?? `Run step "${step.id}"?`, approval });
}

/** The same for whoever else wants a decision about a step: a hook that suspends it. */
export async function decide(
  { frame, recordId }: At<Step>,
  { message, approval }: { message: Json; approval: Approval },
): Promise<StepEnd | undefined> {
  const { run, host } = frame.execution;
  const expiresAt = approval.expiresMs === undefined ? undefined : host.clock.now() + approval.expiresMs;
  const data = { kind: "approval", message, approvers: approval.approvers, expires_at: expiresAt ?? null };
  host.store.events.append({ type: "run-waiting", runId: run.id, recordId, flow: run.flow, data });
  try {
    const waiting = frame.scope.wait(recordId, approvalSignal(recordId), expiresAt);
    return refusalOf(await untilAborted(waiting, frame.signal));
  } catch (error) {
    checkInterruption(frame.signal);
    if (!frame.signal.aborted) throw error;
    return ended("cancelled", failureOfAbort(frame.signal.reason));
  }
}

function refusalOf(answer: Json | undefined): StepEnd | undefined {
  if (answer === undefined) return ended("failed", failure("approval-expired", "Nobody approved it in time."));
  const { decision, by, comment } = (typeof answer === "object" ? answer : {}) as Partial<Decision>;
  if (decision === "approve") return undefined;
  const who = by === undefined ? "Rejected" : `Rejected by ${by}`;
  return ended("failed", failure("rejected", comment ? `${who}: ${comment}` : `${who}.`));
}

function ended(status: "failed" | "cancelled", error: { code: string; message: string }): StepEnd {
  return { status, output: null, error, reason: undefined, hooks: [] };
}
