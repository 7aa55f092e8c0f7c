import { type Clock, systemClock } from "./clock.ts";

export interface CircuitBreakerConfig {
  /** Failures in a row after which a name is skipped. Default: 5. */
  readonly maxConsecutiveFailures?: number;
  /** Milliseconds a name is skipped before one trial is allowed. 0 never skips. Default: 60 000. */
  readonly cooldownMs?: number;
  readonly clock?: Clock;
}

/** `until` is in milliseconds since 1970. `half-open`: the cooldown is over and one trial decides. */
export type BreakerStatus =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly until: number; readonly failures: number }
  | { readonly state: "half-open"; readonly failures: number; readonly isOnTrial: boolean };

export interface BreakerChange {
  readonly name: string;
  readonly from: BreakerStatus["state"];
  readonly to: BreakerStatus["state"];
  /** Failures in a row so far. */
  readonly failures: number;
}

/** What `enter` gave: `open` means do not call; anything else goes back to `leave` when the call is over. */
export type Admission = "closed" | "trial" | "open";

/** How a call ended. `unknown` (a cancelled call) says nothing about the health of what was called. */
export type CallHealth = "success" | "failure" | "unknown";

/** A name that is not healthy. A healthy one has no entry, so that the common case costs one look at `isTroubled`. */
type Trouble =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly failures: number; readonly openedAt: number }
  | { readonly state: "half-open"; readonly failures: number; readonly openedAt: number };

/**
 * Stops calling what keeps failing. Counts by name, one breaker for any number of names.
 * Opens after `maxConsecutiveFailures`; after `cooldownMs` exactly one trial runs at a time; its success closes, its
 * failure opens again. Calls that began before the breaker opened no longer count when they end.
 */
export class CircuitBreaker {
  readonly #maxFailures: number;
  readonly #cooldownMs: number;
  readonly #clock: Clock;
  readonly #troubled = new Map<string, Trouble>();
  #isTroubled = false;
  readonly #listeners = new Set<(change: BreakerChange) => void>();

  /** @throws RangeError when a number is negative, not a number, or `maxConsecutiveFailures` is below 1. */
  constructor(config: CircuitBreakerConfig = {}) {
    this.#maxFailures = config.maxConsecutiveFailures ?? 5;
    this.#cooldownMs = config.cooldownMs ?? 60_000;
    this.#clock = config.clock ?? systemClock;
    if (!(this.#maxFailures >= 1)) {
      throw new RangeError(`maxConsecutiveFailures is at least 1, not ${config.maxConsecutiveFailures}.`);
    }
    if (!(this.#cooldownMs >= 0)) throw new RangeError(`cooldownMs is 0 or more, not ${config.cooldownMs}.`);
  }

  /** Whether some name has failed since it last succeeded: else all would be let in, and nobody need ask. */
  get isTroubled(): boolean {
    return this.#isTroubled;
  }

  /** Asks to call. `open` refuses; `trial` is given to one call at a time. */
  enter(name: string): Admission {
    if (!this.#isTroubled) return "closed";
    const trouble = this.#troubled.get(name);
    if (trouble === undefined || trouble.state === "closed") return "closed";
    if (trouble.state === "half-open") return "open";
    if (this.#clock.monotonic() - trouble.openedAt < this.#cooldownMs) return "open";
    this.#move(name, trouble, { ...trouble, state: "half-open" });
    return "trial";
  }

  /** Reports how an admitted call ended. */
  leave(name: string, admission: Admission, health: CallHealth): void {
    if (health === "success" && !this.#isTroubled) return;
    const trouble = this.#troubled.get(name);
    if (admission === "trial") this.#endTrial(name, trouble, health);
    else if (admission === "closed" && (trouble === undefined || trouble.state === "closed")) {
      if (health === "success") this.#set(name, undefined);
      else if (health === "failure") this.#countFailure(name, trouble?.failures ?? 0);
    }
  }

  /** Whether a call would be refused now. Takes no trial. */
  isTripped(name: string): boolean {
    const status = this.status(name);
    return status.state === "open" || (status.state === "half-open" && status.isOnTrial);
  }

  status(name: string): BreakerStatus {
    const trouble = this.#troubled.get(name);
    if (trouble === undefined) return { state: "closed", failures: 0 };
    const { failures } = trouble;
    if (trouble.state === "closed") return { state: "closed", failures };
    if (trouble.state === "half-open") return { state: "half-open", failures, isOnTrial: true };
    const left = trouble.openedAt + this.#cooldownMs - this.#clock.monotonic();
    if (left <= 0) return { state: "half-open", failures, isOnTrial: false };
    return { state: "open", until: this.#clock.now() + left, failures };
  }

  /** Forgets the failures of one name, or of all. */
  reset(name?: string): void {
    for (const known of name === undefined ? [...this.#troubled.keys()] : [name]) {
      const trouble = this.#troubled.get(known);
      if (trouble !== undefined) this.#move(known, trouble, undefined);
    }
  }

  /** Calls the listener at every change of state. @returns the undo */
  onStateChange(listener: (change: BreakerChange) => void): () => void {
    const own = (change: BreakerChange): void => listener(change); // the same function may listen twice
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  #endTrial(name: string, trouble: Trouble | undefined, health: CallHealth): void {
    if (trouble?.state !== "half-open") return; // reset meanwhile
    if (health === "success") this.#move(name, trouble, undefined);
    else if (health === "failure") {
      const failures = trouble.failures + 1;
      this.#move(name, trouble, { state: "open", failures, openedAt: this.#clock.monotonic() });
    } else this.#move(name, trouble, { ...trouble, state: "open" }); // the cooldown stays over: the next call is the trial
  }

  #countFailure(name: string, before: number): void {
    const failures = before + 1;
    const from: Trouble = { state: "closed", failures: before };
    if (failures < this.#maxFailures || this.#cooldownMs === 0) {
      this.#set(name, { state: "closed", failures });
    } else this.#move(name, from, { state: "open", failures, openedAt: this.#clock.monotonic() });
  }

  #set(name: string, trouble: Trouble | undefined): void {
    if (trouble === undefined) this.#troubled.delete(name);
    else this.#troubled.set(name, trouble);
    this.#isTroubled = this.#troubled.size > 0;
  }

  #move(name: string, from: Trouble, to: Trouble | undefined): void {
    this.#set(name, to);
    const state = to?.state ?? "closed";
    if (from.state === state) return;
    const change: BreakerChange = { name, from: from.state, to: state, failures: to?.failures ?? 0 };
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch {
        // A listener watches; it cannot stop what it watches.
      }
    }
  }
}
