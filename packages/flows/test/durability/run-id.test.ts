import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createIdSource, firstIdAt } from "../../src/durability/run-id.ts";

describe("run ids", () => {
  test("have 26 characters that are hard to confuse", () => {
    const next = createIdSource(Date.now);
    for (let n = 0; n < 100; n++) expect(next()).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  test("rise always: with time, within a millisecond, and when the clock goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 2, maxLength: 50 }), (times) => {
        const left = [...times];
        const next = createIdSource(() => left.shift()!);
        const ids = times.map(() => next());
        expect([...ids].sort()).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test("lie between the first of their millisecond and the first of the next", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), (time) => {
        const id = createIdSource(() => time)();
        expect(id >= firstIdAt(time)).toBe(true);
        expect(id < firstIdAt(time + 1)).toBe(true);
      }),
    );
  });

  test("of two sources are not the same", () => {
    const [one, other] = [createIdSource(() => 1), createIdSource(() => 1)];
    expect(one()).not.toBe(other());
  });

  test("rise within a millisecond, also when more are made than the counter can count", () => {
    const next = createIdSource(() => 1_700_000_000_000);
    const ids = Array.from({ length: 70_000 }, next);
    expect(ids).toEqual([...ids].sort());
  });

  test("differ in the 13 characters that people are shown", () => {
    const next = createIdSource(() => 5);
    const shown = Array.from({ length: 1_000 }, () => next().slice(0, 13));
    expect(new Set(shown).size).toBe(1_000);
  });
});
