import type { Clock } from "@pawl/hooks/guard";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that goes on only by itself sleeping, or when told to. */
export interface TestClock extends Clock {
  /** Goes on by `ms`, and calls what is due on the way at its time. */
  advance(ms: number): void;
}

/**
 * A clock for tests. Whoever sleeps wakes at once, the shortest sleep first, and time has gone on by as much; what was set with
 * `after` (a time-out) is called only when time goes past it.
 */
export function createTestClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let time = start;
  const timers = new Set<Timer>();
  const sleeps = new Set<Timer>();
  const next = (among: Iterable<Timer>): Timer | undefined => [...among].sort((a, b) => a.at - b.at)[0];
  const goTo = (moment: number) => {
    for (let due = next(timers); due !== undefined && due.at <= moment; due = next(timers)) {
      timers.delete(due);
      sleeps.delete(due);
      time = Math.max(time, due.at);
      due.run();
    }
    time = Math.max(time, moment);
  };
  const set = (ms: number, run: () => void): Timer => {
    const timer = { at: time + ms, run };
    timers.add(timer);
    return timer;
  };
  const wakeOne = () => {
    const first = next(sleeps);
    if (first) goTo(first.at);
  };
  return {
    now: () => time,
    monotonic: () => time,
    after(ms, run) {
      const timer = set(ms, run);
      return () => timers.delete(timer);
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          timers.delete(timer);
          sleeps.delete(timer);
          reject(signal?.reason);
        };
        const timer = set(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        sleeps.add(timer);
        signal?.addEventListener("abort", onAbort, { once: true });
        setImmediate(wakeOne);
      });
    },
    advance: (ms) => goTo(time + ms),
  };
}
