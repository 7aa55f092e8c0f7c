import type { Approval, Step } from "../../definition/flow.ts";
import type { StepEnd } from "../../durability/durability.ts";
import type { Failure } from "../../durability/records.ts";
import { waitId } from "../../durability/wait-id.ts";
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

/** The name that a decision is signalled by, to the question of that id (`Question.id`). */
export function approvalSignal(id: string): string {
  return `approval:${id}`;
}

/** The name that a value is sent by, to the question of that id. */
export function inputSignal(id: string): string {
  return `input:${id}`;
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

export interface DecisionRequest {
  readonly message: Json;
  readonly approval?: Pick<Approval, "approvers" | "expiresMs">;
  /** Who else than the step's own `approval` wants to know: each asks for itself, and no answer to one is one to another. */
  readonly asker?: string;
}

/** The same for whoever else wants a decision about a step: a hook that suspends it. */
export async function decide(at: At<Step>, request: DecisionRequest): Promise<StepEnd | undefined> {
  const { message, approval, asker } = request;
  const answer = await awaitSignal(at, {
    kind: "approval",
    message,
    approvers: approval?.approvers ?? [],
    expiresMs: approval?.expiresMs,
    asker,
  });
  checkInterruption(at.frame.signal);
  if (at.frame.signal.aborted) return ended("cancelled", failureOfAbort(at.frame.signal.reason));
  return refusalOf(answer);
}

interface Question {
  readonly kind: "approval" | "input";
  readonly message: Json;
  readonly input?: AskedInput | undefined;
  readonly approvers?: readonly string[];
  readonly expiresMs?: number | undefined;
  readonly asker?: string | undefined;
}

/**
 * Says in the log what is waited for, and waits. Nothing when it expired or the step was ended. A question that is asked again
 * after a restart keeps the time at which it was asked, and its end.
 */
export async function awaitSignal({ frame, recordId }: At<Step>, question: Question): Promise<Json | undefined> {
  const { run, host } = frame.execution;
  const { kind, message, approvers = [], expiresMs, input, asker } = question;
  const id = waitId(recordId, asker);
  const name = kind === "approval" ? approvalSignal(id) : inputSignal(id);
  const earlier = await frame.scope.earlierWait(id, name);
  const askedAt = earlier?.since ?? host.clock.now();
  const expiresAt = earlier ? earlier.until : expiresMs === undefined ? undefined : askedAt + expiresMs;
  if (!earlier?.isOver) {
    const asked: JsonObject = input === undefined ? {} : { input: input as unknown as Json };
    const data: JsonObject = {
      kind,
      id,
      message,
      approvers,
      asked_at: askedAt,
      expires_at: expiresAt ?? null,
      ...asked,
    };
    host.store.events.append({ type: "run-waiting", runId: run.id, recordId, flow: run.flow, data });
  }
  try {
    return await untilAborted(frame.scope.wait(id, name, expiresAt), frame.signal);
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
