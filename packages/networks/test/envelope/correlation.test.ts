import { describe, expect, test } from "vitest";
import { newCorrelationId } from "../../src/envelope/correlation.ts";

describe("a new correlation id", () => {
  test("is a UUID of version 7, and no two are the same", () => {
    const ids = Array.from({ length: 5_000 }, () => newCorrelationId());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("begins with its time, whichever was asked for before", () => {
    const at = (time: number) => newCorrelationId(time).slice(0, 13);
    expect([at(0x0123456789ab), at(5), at(0x0123456789ab), at(0)]).toEqual([
      "01234567-89ab",
      "00000000-0005",
      "01234567-89ab",
      "00000000-0000",
    ]);
  });

  test("takes every random digit from chance", () => {
    const ids = Array.from({ length: 2_000 }, () => newCorrelationId(1));
    for (const place of [15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35]) {
      expect(new Set(ids.map((id) => id[place])).size, String(place)).toBe(16);
    }
    expect(new Set(ids.map((id) => id[19]))).toEqual(new Set(["8", "9", "a", "b"]));
  });
});
