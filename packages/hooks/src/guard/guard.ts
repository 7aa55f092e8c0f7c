import { CallContext, type GuardContext } from "./call-context.ts";
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

/** One function, although it does three things: every call of a part would be paid by every hook. */
function guarded<T, A>(call: GuardedCall<T, A>, options: GuardOptions, argument: A): Result<T> {
  const { signal, requires, breaker, name } = options;
  if (signal?.aborted) return { status: "cancelled", reason: signal.reason };
  if (requires !== undefined) {
    const error = eligibility(requires, options);
    if (error !== undefined) return { status: "skipped", reason: "ineligible", detail: error.message };
  }
  let admission: Admission = "closed";
  if (breaker !== undefined && name !== undefined) {
    admission = breaker.enter(name);
    if (admission === "open") return skippedByBreaker(options);
  }
  const context = new CallContext();
  let value: T | PromiseLike<T>;
  try {
    value = call(context, argument);
    if (value !== undefined && isThenable(value)) return awaitOutcome(value, { context, options, admission });
  } catch (error) {
    return ended({ status: "failed", error }, options, admission);
  }
  if (breaker !== undefined && name !== undefined) breaker.leave(name, admission, "success");
  return { status: "ok", value };
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
