import { setTimeout as delay } from "node:timers/promises";

/** Time, injectable: tests replace it, so that nothing waits for real. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const longestTimer = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimer));
    return () => clearTimeout(timer);
  },
  async sleep(ms, signal) {
    // Node's timers overflow after 24.8 days, so a longer sleep is several.
    for (let left = ms; left > 0; left -= longestTimer) {
      await delay(Math.min(left, longestTimer), undefined, signal ? { signal } : {}).catch(() => {
        throw signal?.reason;
      });
    }
  },
};
