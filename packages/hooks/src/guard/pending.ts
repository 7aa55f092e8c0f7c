import type { CallContext } from "./call-context.ts";
import type { Admission, CallHealth } from "./circuit-breaker.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GuardOptions } from "./guard-options.ts";
import { onAbort } from "./on-abort.ts";
import type { Outcome } from "./outcome.ts";

export interface AdmittedCall {
  readonly context: CallContext;
  readonly options: GuardOptions;
  readonly admission: Admission | undefined;
}

/** Tells the breaker how an admitted call ended, and passes the outcome on. */
export function ended<T>(outcome: Outcome<T>, options: GuardOptions, admission: Admission = "closed"): Outcome<T> {
  const { breaker, name } = options;
  if (breaker !== undefined && name !== undefined) breaker.leave(name, admission, healthOf(outcome));
  return outcome;
}

function healthOf(outcome: Outcome<unknown>): CallHealth {
  if (outcome.status === "ok") return "success";
  return outcome.status === "cancelled" ? "unknown" : "failure";
}

/**
 * Waits for a promise, the deadline or the caller, whichever comes first, and leaves no timer and no listener behind.
 */
export function awaitOutcome<T>(promise: PromiseLike<T>, call: AdmittedCall): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const pending = new PendingCall<T>(call, resolve);
    pending.start();
    // A promise of ours is subscribed directly; a foreign thenable goes through `resolve`, which tames it.
    const settled = promise instanceof Promise ? promise : Promise.resolve(promise);
    settled.then(
      (value) => pending.settle({ status: "ok", value }),
      (error: unknown) => pending.settle({ status: "failed", error }),
    );
  });
}

class PendingCall<T> {
  readonly #call: AdmittedCall;
  readonly #options: GuardOptions;
  readonly #resolve: (outcome: Outcome<T>) => void;
  readonly #clock: Clock;
  #cancelTimer: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #outcome: Outcome<T> | undefined;

  constructor(call: AdmittedCall, resolve: (outcome: Outcome<T>) => void) {
    this.#call = call;
    this.#options = call.options;
    this.#resolve = resolve;
    this.#clock = call.options.clock ?? systemClock;
  }

  start(): void {
    const { timeoutMs, signal } = this.#options;
    if (signal !== undefined) this.#stopListening = onAbort(signal, () => this.#cancel(signal.reason));
    if (this.#outcome !== undefined) return;
    if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#cancelTimer = this.#clock.after(timeoutMs, () => this.#timeOut(timeoutMs));
    }
  }

  /** The callee's own end. After a time-out or an abort it only ends the wait for its clearing up. */
  settle(outcome: Outcome<T>): void {
    if (this.#outcome === undefined) this.#decide(outcome);
    this.#handOver();
  }

  #cancel(reason: unknown): void {
    this.#giveUp({ status: "cancelled", reason }, reason);
  }

  #timeOut(timeoutMs: number): void {
    this.#giveUp({ status: "timeout", timeoutMs }, new DOMException(`No answer in ${timeoutMs} ms.`, "TimeoutError"));
  }

  #giveUp(outcome: Outcome<T>, reason: unknown): void {
    this.#decide(outcome);
    const { context } = this.#call;
    const { isCooperative } = context;
    context.abort(reason);
    const settleMs = this.#options.settleMs ?? 0;
    if (settleMs > 0 && isCooperative) {
      this.#cancelTimer = this.#clock.after(settleMs, () => this.#handOver());
    } else this.#handOver();
  }

  #decide(outcome: Outcome<T>): void {
    this.#clear();
    this.#outcome = ended(outcome, this.#options, this.#call.admission);
  }

  #handOver(): void {
    this.#clear();
    this.#resolve(this.#outcome!);
  }

  #clear(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}
