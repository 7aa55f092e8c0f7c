import type { Approval, Step } from "../../definition/flow.ts";
import type { StepEnd } from "../../durability/durability.ts";
import type { Failure } from "../../durability/records.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { AskedInput } from "../../nodes/node.ts";
import { untilAborted } from "../abort.ts";
import type { At } from "../execution.ts";
import { failure, faultOf } from "../failure.ts";
import { checkInterruption, failureOfAbort } from "../interruption.ts";

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

/** The name that a value is sent by to a step whose node has suspended it. */
export function inputSignal(recordId: string): string {
  return `input:${recordId}`;
}

/** Waits until somebody has decided. Nothing when the step may run; else how it ends without having run. */
export async function approve(at: At<Step>, approval: Approval): Promise<StepEnd | undefined> {
  let message: Json;
  try {
    message = approval.message?.evaluate(at.frame.values) ?? `Run step "${at.step.id}"?`;
  } catch (error) {
    return ended("failed", faultOf(error).failure);
  }
  return decide(at, { message, approval });
}

/** The same for whoever else wants a decision about a step: a hook that suspends it. */
export async function decide(
  at: At<Step>,
  request: { readonly message: Json; readonly approval?: Pick<Approval, "approvers" | "expiresMs"> },
): Promise<StepEnd | undefined> {
  const answer = await awaitDecision(at, request);
  checkInterruption(at.frame.signal);
  if (at.frame.signal.aborted) return ended("cancelled", failureOfAbort(at.frame.signal.reason));
  return refusalOf(answer);
}

/** What was decided; nothing when nobody has in time, or the step was ended meanwhile. */
async function awaitDecision(
  at: At<Step>,
  { message, approval }: { readonly message: Json; readonly approval?: Pick<Approval, "approvers" | "expiresMs"> },
): Promise<Json | undefined> {
  const { frame } = at;
  const expiresMs = approval?.expiresMs;
  const expiresAt = expiresMs === undefined ? undefined : frame.execution.host.clock.now() + expiresMs;
  return awaitSignal(at, { kind: "approval", message, approvers: approval?.approvers ?? [], expiresAt });
}

interface Question {
  readonly kind: "approval" | "input";
  readonly message: Json;
  readonly input?: AskedInput | undefined;
  readonly approvers?: readonly string[];
  readonly expiresAt?: number | undefined;
}

/** Says in the log what is waited for, and waits. Nothing when it expired or the step was ended. */
export async function awaitSignal({ frame, recordId }: At<Step>, question: Question): Promise<Json | undefined> {
  const { run, host } = frame.execution;
  const { kind, message, approvers = [], expiresAt, input } = question;
  const asked: JsonObject = input === undefined ? {} : { input: input as unknown as Json };
  const data: JsonObject = { kind, message, approvers, expires_at: expiresAt ?? null, ...asked };
  host.store.events.append({ type: "run-waiting", runId: run.id, recordId, flow: run.flow, data });
  const name = kind === "approval" ? approvalSignal(recordId) : inputSignal(recordId);
  try {
    return await untilAborted(frame.scope.wait(recordId, name, expiresAt), frame.signal);
  } catch (error) {
    if (!frame.signal.aborted) throw error;
    return undefined;
  }
}

function refusalOf(answer: Json | undefined): StepEnd | undefined {
  if (answer === undefined) return ended("failed", failure("approval-expired", "Nobody approved it in time."));
  const { decision, by, comment } = (typeof answer === "object" ? answer : {}) as Partial<Decision>;
  if (decision === "approve") return undefined;
  const who = by === undefined ? "Rejected" : `Rejected by ${by}`;
  return ended("failed", failure("rejected", comment ? `${who}: ${comment}` : `${who}.`));
}

function ended(status: "failed" | "cancelled", error: Failure): StepEnd {
  return { status, output: null, error, reason: undefined, hooks: [] };
}
