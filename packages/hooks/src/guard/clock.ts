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

/** Node's timers overflow after 24.8 days, so a longer one is several. */
function afterLong(ms: number, run: () => void): () => void {
  let cancel = (): void => {};
  const timer = setTimeout(() => {
    cancel = systemClock.after(ms - longestTimer, run);
  }, longestTimer);
  return () => {
    clearTimeout(timer);
    cancel();
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    if (ms > longestTimer) return afterLong(ms, run);
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  async sleep(ms, signal) {
    for (let left = ms; left > 0; left -= longestTimer) {
      await delay(Math.min(left, longestTimer), undefined, signal ? { signal } : {}).catch(() => {
        throw signal?.reason;
      });
    }
  },
};
