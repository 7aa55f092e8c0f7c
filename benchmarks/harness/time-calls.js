import { median } from "./statistics.js";

/**
 * Nanoseconds per call: the median of many batches after a warm-up. A call that answers with a promise is awaited, one
 * after another. What the calls give is kept, so that none is optimised away.
 */
export async function timeCalls(call, { quick }) {
  const isAsync = typeof call(0)?.then === "function";
  const batch = isAsync ? asyncBatch : syncBatch;
  let size = 16;
  for (const end = performance.now() + (quick ? 40 : 150); performance.now() < end; ) {
    const took = await batch(call, size);
    if (took < 2 && size < 1 << 24) size *= 2;
  }
  const perCall = [];
  for (const end = performance.now() + (quick ? 40 : 200); performance.now() < end || perCall.length < 5; ) {
    perCall.push(((await batch(call, size)) / size) * 1e6);
  }
  return median(perCall);
}

const kept = { value: undefined };

function syncBatch(call, size) {
  const begin = performance.now();
  for (let index = 0; index < size; index++) kept.value = call(index);
  return performance.now() - begin;
}

async function asyncBatch(call, size) {
  const begin = performance.now();
  for (let index = 0; index < size; index++) kept.value = await call(index);
  return performance.now() - begin;
}
