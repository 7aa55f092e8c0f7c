import type { Clock } from "@pawl/hooks/guard";

/** A clock on which sleeping takes no time: it notes how long, and moves on. Timers never ring by themselves. */
export class SkippingClock implements Clock {
  readonly slept: number[] = [];
  #now: number;

  constructor(now: number = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(): () => void {
    return () => {};
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#now += ms;
  }
}
