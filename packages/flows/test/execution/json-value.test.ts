import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonOf, NotJsonError } from "../../src/execution/json-value.ts";
import type { Json } from "../../src/index.ts";

describe("jsonOf", () => {
  test("gives JSON as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.stringify(jsonOf(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  test("turns what JSON has a form for into it", () => {
    const date = new Date(0);
    expect(jsonOf({ date, nothing: undefined, list: [undefined] })).toEqual({ date: date.toISOString(), list: [null] });
    expect(jsonOf(undefined)).toBeNull();
  });

  test.each<[string, unknown]>([
    ["a function", { f: () => {} }],
    ["a BigInt", [1n]],
    ["NaN", Number.NaN],
    ["Infinity", { a: Number.POSITIVE_INFINITY }],
    ["a map", new Map()],
    ["a symbol", Symbol("x")],
  ])("refuses %s", (_title, value) => {
    expect(() => jsonOf(value)).toThrow(NotJsonError);
  });

  test("refuses what holds itself, and what is too large", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => jsonOf(circle)).toThrow(NotJsonError);
    const large = "x".repeat(1024 * 1024);
    expect(() => jsonOf(Array.from({ length: 40 }, () => large))).toThrow(NotJsonError);
  });

  test("takes `__proto__` for a key like any other", () => {
    const value = JSON.parse('{"__proto__":{"polluted":1}}') as Json;
    const copy = jsonOf(value) as Record<string, unknown>;
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1}}');
    expect(copy.polluted).toBeUndefined();
  });
});
