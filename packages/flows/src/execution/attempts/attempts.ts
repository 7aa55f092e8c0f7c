import type { Retry, Step } from "../../definition/flow.ts";
import type { StepAttempt } from "../../durability/durability.ts";
import type { AttemptRecord, Failure } from "../../durability/records.ts";
import type { NodeResult } from "../../nodes/node.ts";
import { untilAborted } from "../abort.ts";
import type { At } from "../execution.ts";
import { type Fault, failure } from "../failure.ts";
import { checkInterruption } from "../interruption.ts";
import { retryDelayMs } from "./backoff.ts";

/** What one attempt came to. */
export interface Tried {
  readonly result: NodeResult;
  /** Of a failure: whether trying again may help. */
  readonly kind: Fault["kind"];
}

export interface Attempted {
  readonly result: NodeResult;
  readonly last: AttemptRecord;
}

/** Attempts until one succeeds, one cannot be mended, or `retry` allows no more. Goes on where an earlier life was cut off. */
export async function runAttempts(
  at: At<Step>,
  durable: StepAttempt,
  tryOnce: (number: number) => Promise<Tried>,
): Promise<Attempted> {
  const { frame, step, recordId } = at;
  const { clock } = frame.execution.host;
  if (durable.cutOffSince !== undefined && step.kind === "node") await noteCutOff(durable, durable.cutOffSince, at);
  for (;;) {
    const number = durable.earlier.length + 1;
    const failed = durable.earlier.filter(({ error }) => error?.code !== "cut-off").length;
    const before = durable.earlier.at(-1);
    if (before && before.error?.code !== "cut-off" && step.retry && !frame.signal.aborted) {
      const dueAt = before.endedAt + retryDelayMs(step.retry, before.number, recordId);
      await pause(dueAt - clock.now(), frame.signal, clock);
    }
    const startedAt = clock.now();
    const { result, kind } = await tryOnce(number);
    checkInterruption(frame.signal);
    const error = result.status === "failed" ? failureOf(result) : undefined;
    const record = { number, startedAt, endedAt: clock.now(), error };
    if (error === undefined || frame.signal.aborted || !isRetried(step.retry, error, kind, failed + 1)) {
      return { result, last: record };
    }
    await durable.failed(record);
  }
}

/**
 * An attempt that the end of its process cut off is one of the attempts, and none of those that `retry` allows. A process
 * that ended in the pause after a failure has cut off none.
 */
async function noteCutOff(durable: StepAttempt, since: number, { frame, step, recordId }: At<Step>): Promise<void> {
  const { clock } = frame.execution.host;
  const number = durable.earlier.length + 1;
  const pauseMs = step.retry && number > 1 ? retryDelayMs(step.retry, number - 1, recordId) : 0;
  const startedAt = since + pauseMs;
  const endedAt = clock.now();
  if (startedAt > endedAt) return;
  const error = failure("cut-off", "The process that executed it ended.");
  await durable.failed({ number, startedAt, endedAt, error });
}

/** A delay that a cancellation ends early: the next attempt then finds its signal aborted. */
async function pause(
  ms: number,
  signal: AbortSignal,
  clock: { sleep(ms: number, signal: AbortSignal): Promise<void> },
) {
  if (ms <= 0) return;
  await untilAborted(clock.sleep(ms, signal), signal).catch(() => checkInterruption(signal));
}

function isRetried(retry: Retry | undefined, error: Failure, kind: Fault["kind"], number: number): boolean {
  if (retry === undefined || number >= retry.attempts) return false;
  return retry.on.includes(error.code) || (kind === "transient" && retry.on.includes("transient"));
}

export function failureOf(result: NodeResult): Failure {
  return result.error ?? { code: "node-failed", message: "The node failed without saying why." };
}
