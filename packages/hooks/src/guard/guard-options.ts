import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { Clock } from "./clock.ts";
import type { HookRequirements } from "./eligibility.ts";
import type { FailurePolicy } from "./failure-policy.ts";

/** The contract of one guarded call. Hosts keep one such object per hook and pass it every time. */
export interface GuardOptions {
  /** Known by this name to the breaker and in telemetry. Without it, no breaker applies. */
  readonly name?: string | undefined;
  /** Where it is called from: `PreToolUse`, `beforeExecute`, `onTrigger`. For telemetry. */
  readonly point?: string | undefined;
  /** Milliseconds a promise may take. Default: for ever. A synchronous callee cannot be interrupted. */
  readonly timeoutMs?: number | undefined;
  /** The caller's: aborting it cancels the call at once. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds that a callee which took its signal gets to finish clearing up (ending a program, say) after the
   * signal was aborted and before the outcome is handed over. Default: 0.
   */
  readonly settleMs?: number | undefined;
  /** `false`: the callee never looks at its signal, so none is kept ready for it. Default: true. */
  readonly takesSignal?: boolean | undefined;
  /** Checked before the call; a requirement that does not hold skips it. */
  readonly requires?: HookRequirements | undefined;
  readonly breaker?: CircuitBreaker | undefined;
  /** Changes no outcome; hosts read it through `blocksOnFailure`, and the log line is louder under `block`. */
  readonly onFailure?: FailurePolicy | undefined;
  readonly clock?: Clock | undefined;
  /** The W3C `traceparent` of this very call, for a host that has to know it. Default: a new one below what is going on. */
  readonly traceparent?: string | undefined;
  /** What requirements are checked against. Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}
