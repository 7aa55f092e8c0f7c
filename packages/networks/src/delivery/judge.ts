import { formatDuration, growingDelayMs, type Outcome } from "@pawl/hooks/guard";
import type { Payload } from "../envelope/payload.ts";
import { isRetryable } from "../pod/refusal.ts";
import type { Pod, PodRetry } from "../topology/network.ts";
import { isEnd } from "../topology/pod-type.ts";
import type { DeadReason } from "../transport/dead-letter.ts";
import type { Line } from "../transport/transport.ts";

/** What follows from one call of a hook. */
export type Judgement =
  | { readonly next: "send"; readonly payload: Payload }
  | { readonly next: "suppress" }
  | { readonly next: "retry"; readonly delayMs: number; readonly error: unknown }
  | { readonly next: "bury"; readonly reason: DeadReason; readonly error: unknown }
  /** The pod is being stopped: nothing is settled, and the message comes again. */
  | { readonly next: "leave" };

/** Longest text of a message inside the network. */
export const maxMessageBytes: number = 16 * 1024 * 1024;

const suppress: Judgement = { next: "suppress" };
const leave: Judgement = { next: "leave" };

export interface JudgeParts {
  readonly pod: Pod;
  readonly line: Line;
  readonly attempt: number;
  readonly random: () => number;
}

export function judge(outcome: Outcome<unknown>, parts: JudgeParts): Judgement {
  switch (outcome.status) {
    case "ok":
      return judgeValue(outcome.value, parts);
    case "failed":
      return judgeFailure(outcome.error, isRetryable(outcome.error) ? "failed" : "rejected", parts);
    case "timeout":
      return judgeFailure(
        new Error(`The hook gave no answer in ${formatDuration(outcome.timeoutMs)}.`),
        "timeout",
        parts,
      );
    case "cancelled":
      return leave;
    case "skipped":
      return judgeFailure(new Error(outcome.detail ?? outcome.reason), "failed", parts);
  }
}

function judgeValue(value: unknown, { pod, line }: JudgeParts): Judgement {
  if (isEnd(pod.type) || value === undefined || value === null) return suppress;
  if (typeof value !== "object" || Array.isArray(value)) {
    const came = Array.isArray(value) ? "a list" : `a ${typeof value}`;
    return bury(
      "bad-return",
      new Error(`A hook returns an object, or nothing to send nothing; this one returned ${came}.`),
    );
  }
  if (pod.type === "distributor" && Object.keys(value).length === 0) return suppress;
  return seal(value, line);
}

function seal(value: object, line: Line): Judgement {
  try {
    const payload = line.seal(value);
    const most = Math.min(maxMessageBytes, line.maxMessageBytes ?? maxMessageBytes);
    if (payload.bytes <= most) return { next: "send", payload };
    return bury("too-large", new Error(`The hook returned ${payload.bytes} bytes; a message has at most ${most}.`));
  } catch (error) {
    const why = error instanceof RangeError ? "it is circular or nested too deeply" : (error as Error).message;
    return bury("bad-return", new Error(`What the hook returned cannot be written as JSON: ${why}`));
  }
}

function bury(reason: DeadReason, error: unknown): Judgement {
  return { next: "bury", reason, error };
}

function judgeFailure(error: unknown, reason: DeadReason, { pod, attempt, random }: JudgeParts): Judgement {
  if (reason === "rejected" || attempt >= pod.retry.attempts) return bury(reason, error);
  return { next: "retry", delayMs: retryDelayMs(pod.retry, attempt, random), error };
}

/** Full jitter: anything up to the exponential delay, so that many that failed together do not come back together. */
export function retryDelayMs(retry: PodRetry, attempt: number, random: () => number): number {
  return Math.floor(random() * growingDelayMs(retry, attempt));
}
