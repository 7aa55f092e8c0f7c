import type { Outcome } from "./outcome.ts";

/**
 * What a call that gave no answer means to its host: `continue` goes on as if it had not been there, `block` treats it
 * as a refusal. A guard over something dangerous says `block`.
 */
export type FailurePolicy = "continue" | "block";

/**
 * Whether this outcome has to block under the policy: it failed, timed out, was cancelled, or was skipped for a reason
 * that lies in the hook itself. `no-match`, `disabled` and `decided` never block.
 */
export function blocksOnFailure<T>(outcome: Outcome<T>, policy: FailurePolicy | undefined): boolean {
  if (policy !== "block" || outcome.status === "ok") return false;
  if (outcome.status !== "skipped") return true;
  return outcome.reason === "ineligible" || outcome.reason === "breaker-open" || outcome.reason === "untrusted";
}
