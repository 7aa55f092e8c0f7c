import { RunCancelled, RunInterrupted } from "../durability/durability.ts";
import type { Failure } from "../durability/records.ts";
import { DeadlinePassed } from "./deadline.ts";
import { failure, messageOf } from "./failure.ts";

/** Ends the body of a run that goes on elsewhere or later: what it was about to do is not its business any more. */
export function checkInterruption(signal: AbortSignal): void {
  if (signal.aborted && isInterruption(signal.reason)) throw signal.reason;
}

/** Everything that is neither a cancellation nor a deadline: shutdown, or another owner has taken the run over. */
export function isInterruption(reason: unknown): boolean {
  return reason instanceof RunInterrupted || !(reason instanceof RunCancelled || reason instanceof DeadlinePassed);
}

/** What an aborted signal means for the step that it met. */
export function failureOfAbort(reason: unknown): Failure {
  if (reason instanceof DeadlinePassed) return failure(reason.code, reason.message);
  return failure("cancelled", messageOf(reason));
}
