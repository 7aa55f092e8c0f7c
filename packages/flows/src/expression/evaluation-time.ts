import { AsyncLocalStorage } from "node:async_hooks";

const sources = new AsyncLocalStorage<() => number>();

/** What `now()` gives. */
export function evaluationTime(): Date {
  return new Date(sources.getStore()?.() ?? Date.now());
}

/** For all that `body` sets off, `now()` is another time: that of a test. */
export function withTime<T>(now: () => number, body: () => T): T {
  return sources.run(now, body);
}
