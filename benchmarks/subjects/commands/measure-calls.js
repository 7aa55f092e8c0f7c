import { median } from "../../harness/statistics.js";
import { rateOf } from "../../harness/subject.js";

/** `ms` of one call at a time, and `rate` with 16 in flight. */
export async function measureCalls(call, { count }) {
  for (let index = 0; index < 5; index++) await call();
  const times = [];
  for (let index = 0; index < count; index++) {
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  return { ms: median(times), rate: await rateOf(count, 16, call) };
}
