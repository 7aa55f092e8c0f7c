import type { Clock } from "@pawl/hooks/guard";

export interface FakeClock extends Clock {
  /** Goes on by `ms`, and calls what is due on the way at its time. */
  advance(ms: number): void;
  /** Goes on by `ms` at once, as after a machine slept: what is due is called late. */
  jump(ms: number): void;
}

/** Time that goes only when told to. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let time = start;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const due = (until: number) => [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
  const callDue = (until: number, moveTo: (at: number) => void) => {
    for (let next = due(until); next !== undefined; next = due(until)) {
      timers.delete(next);
      moveTo(next.at);
      next.run();
    }
  };
  const after: Clock["after"] = (ms, run) => {
    const timer = { at: time + ms, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => time,
    monotonic: () => time,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    advance(ms) {
      const until = time + ms;
      callDue(until, (at) => {
        time = Math.max(time, at);
      });
      time = until;
    },
    jump(ms) {
      time += ms;
      callDue(time, () => {});
    },
  };
}
