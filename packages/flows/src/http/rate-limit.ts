/** So many requests a second, with a burst of as many, unless another is given. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #last: number;

  /** @param now milliseconds, of any beginning */
  constructor(perSecond: number, now: () => number, burst: number = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, burst);
    this.#now = now;
    this.#tokens = this.#burst;
    this.#last = now();
  }

  take(): boolean {
    this.#earn();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** How long until the next one is granted. */
  waitMs(): number {
    this.#earn();
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#perSecond) * 1_000;
  }

  #earn(): void {
    const now = this.#now();
    const earned = (Math.max(0, now - this.#last) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#last = now;
  }
}

const mostRemembered = 10_000;

/** A limit for each of many callers. The one that was silent for longest is forgotten when there are too many. */
export class RateLimits {
  readonly #of: () => RateLimit;
  readonly #callers = new Map<string, RateLimit>();

  constructor(create: () => RateLimit) {
    this.#of = create;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#callers.size;
  }

  /** How long the caller has to wait before it asks again, in milliseconds; 0 when the request is granted. */
  take(caller: string): number {
    const limit = this.#callers.get(caller) ?? this.#of();
    this.#callers.delete(caller);
    this.#callers.set(caller, limit);
    if (this.#callers.size > mostRemembered) this.#callers.delete(this.#callers.keys().next().value!);
    return limit.take() ? 0 : Math.max(1, limit.waitMs());
  }
}
