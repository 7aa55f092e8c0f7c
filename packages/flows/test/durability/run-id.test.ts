import { describe, expect, test } from "vitest";
import { createIdSource, firstIdAt } from "../../src/durability/run-id.ts";

describe("ids of runs", () => {
  test("rise within a millisecond, also when more are made than the counter can count", () => {
    const next = createIdSource(() => 1_700_000_000_000);
    const ids = Array.from({ length: 70_000 }, next);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
  });

  test("rise when the clock goes back", () => {
    let now = 2_000;
    const next = createIdSource(() => now);
    const first = next();
    now = 1_000;
    expect(next() > first).toBe(true);
  });

  test("differ in the 13 characters that people are shown", () => {
    const next = createIdSource(() => 5);
    const shown = Array.from({ length: 1_000 }, () => next().slice(0, 13));
    expect(new Set(shown).size).toBe(1_000);
  });

  test("of a millisecond are not below its smallest id", () => {
    const next = createIdSource(() => 77);
    expect(next() >= firstIdAt(77)).toBe(true);
    expect(next() < firstIdAt(78)).toBe(true);
  });
});
