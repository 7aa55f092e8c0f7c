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
});
