import { CallContext, type GuardContext, unheardContext } from "./call-context.ts";
import type { Admission } from "./circuit-breaker.ts";
import { systemClock } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import { eligibility } from "./eligibility.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { Outcome } from "./outcome.ts";
import { awaitOutcome, ended } from "./pending.ts";
import { observation, observe } from "./telemetry.ts";

export type GuardedCall<T, A = undefined> = (context: GuardContext, argument: A) => T | PromiseLike<T>;

type Result<T> = Outcome<T> | Promise<Outcome<T>>;

const noOptions: GuardOptions = {};
/** Most hooks say nothing, and all of them the same nothing. */
const nothing = Object.freeze({ status: "ok", value: undefined });

/**
 * The one place where a user's function is called. Gives every call its deadline, its signal, its breaker, its
 * requirements, and one span, metric and log line when somebody listens.
 * Never throws and never rejects: an error is an outcome. A callee that returns without a promise costs no timer and
 * no promise, and the outcome is returned as it is.
 * `argument` is handed on to the callee: who calls the same function often need not make a new one for every call.
 */
export function guard<T>(call: GuardedCall<T>, options?: GuardOptions): Result<T>;
export function guard<T, A>(call: GuardedCall<T, A>, options: GuardOptions, argument: A): Result<T>;
export function guard<T, A>(call: GuardedCall<T, A>, options: GuardOptions = noOptions, argument?: A): Result<T> {
  return observation.isOn ? observed(call, options, argument as A) : guarded(call, options, argument as A);
}

/** Apart from `guard`, where the closure would cost every call an allocation. */
function observed<T, A>(call: GuardedCall<T, A>, options: GuardOptions, argument: A): Result<T> {
  return observe(() => guarded(call, options, argument), options);
}

/**
 * One function, although it does three things, and options are read where they are needed: every call of a part, and every
 * value kept across the hook's, would be paid by every hook.
 */
function guarded<T, A>(call: GuardedCall<T, A>, options: GuardOptions, argument: A): Result<T> {
  const { signal, requires, breaker } = options;
  // biome-ignore lint/complexity/useOptionalChain: that one gives a value more to test, in every call
  if (signal !== undefined && signal.aborted) return { status: "cancelled", reason: signal.reason };
  if (requires !== undefined) {
    const error = eligibility(requires, options);
    if (error !== undefined) return { status: "skipped", reason: "ineligible", detail: error.message };
  }
  // Absent where the breaker had nothing to ask: then a success at once is no news to it.
  let admission: Admission | undefined;
  if (breaker?.isTroubled && options.name !== undefined) {
    admission = breaker.enter(options.name);
    if (admission === "open") return skippedByBreaker(options);
  }
  const context = options.takesSignal === false ? unheardContext : new CallContext();
  let value: T | PromiseLike<T>;
  try {
    value = call(context, argument);
    if (value !== undefined && isThenable(value)) return awaitOutcome(value, { context, options, admission });
  } catch (error) {
    return ended({ status: "failed", error }, options, admission);
  }
  if (admission !== undefined) breaker!.leave(options.name!, admission, "success");
  return value === undefined ? (nothing as Outcome<T>) : { status: "ok", value };
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return "then" in value && typeof value.then === "function";
}

function skippedByBreaker<T>(options: GuardOptions): Outcome<T> {
  const status = options.breaker!.status(options.name!);
  const failures = `${status.failures} failures in a row`;
  if (status.state !== "open") {
    return { status: "skipped", reason: "breaker-open", detail: `a trial is running after ${failures}` };
  }
  const left = formatDuration(status.until - (options.clock ?? systemClock).now());
  return { status: "skipped", reason: "breaker-open", detail: `open for ${left} more (${failures})` };
}
