import { expect, test } from "vitest";
import type { Told } from "../../src/history/told.ts";
import { MemoryPast } from "../../src/transport/memory/memory-past.ts";

function toldOf(n: number): Told {
  const passage = {
    endedAt: 1_700_000_000_000 + n,
    durationMs: n / 8,
    attempt: n % 3,
    outcome: n % 2 === 0 ? ("sent" as const) : ("failed" as const),
    traceparent: n % 5 === 0 ? `trace ${n}` : undefined,
  };
  return { correlationId: `id ${n}`, pod: `pod ${n % 7}`, passage, into: n % 4 === 0 ? `into ${n}` : undefined };
}

test.each([0, 10, 8_192, 8_193, 20_000])("after %i steps memory has the newest 8192, whole and in order", (count) => {
  const past = new MemoryPast();
  const all = Array.from({ length: count }, (_, n) => toldOf(n));
  for (const told of all) past.add(told);
  expect([...past]).toEqual(all.slice(-8_192));
});
