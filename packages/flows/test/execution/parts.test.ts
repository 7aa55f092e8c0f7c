import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryDelayMs } from "../../src/execution/backoff.ts";
import { parseDotenv } from "../../src/execution/dotenv.ts";
import { jsonOf, NotJsonError } from "../../src/execution/json-value.ts";
import { runAtOnce } from "../../src/execution/pool.ts";
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

describe("parseDotenv", () => {
  test("reads names, quotes, comments and lines that go on", () => {
    const text = [
      "# comment",
      "A=plain # note",
      "export B='single # kept $X'",
      'C="two\\nlines \\"quoted\\""',
      'D="really',
      'two"',
      "E=",
      "F = spaced ",
      "not a line",
      "1X=bad",
      "G=a=b",
      "H=#",
    ].join("\r\n");
    expect(parseDotenv(text)).toEqual({
      A: "plain",
      B: "single # kept $X",
      C: 'two\nlines "quoted"',
      D: "really\ntwo",
      E: "",
      F: "spaced",
      G: "a=b",
      H: "#",
    });
  });

  test("gives back any value that stands in double quotes", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const quoted = value.replace(/\r\n?/g, "\n").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
        expect(parseDotenv(`A="${quoted}"\nB=after`)).toEqual({ A: value.replace(/\r\n?/g, "\n"), B: "after" });
      }),
    );
  });
});

describe("retryDelayMs", () => {
  const retry = { attempts: 9, initialDelayMs: 100, backoffFactor: 2, maxDelayMs: 5_000, jitter: true, on: [] };

  test("is never shorter than asked, never longer than max_delay, and the same for the same record", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (number, seed) => {
        const plain = Math.min(100 * 2 ** (number - 1), 5_000);
        const delay = retryDelayMs(retry, number, seed);
        expect(delay).toBeGreaterThanOrEqual(plain);
        expect(delay).toBeLessThanOrEqual(Math.min(plain * 1.25, 5_000));
        expect(retryDelayMs(retry, number, seed)).toBe(delay);
      }),
    );
  });
});

describe("runAtOnce", () => {
  test("never has more under way than its width, and keeps the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (waits, width) => {
          let now = 0;
          const results = await runAtOnce(waits.length, width, async (index) => {
            now += 1;
            expect(now).toBeLessThanOrEqual(width);
            for (let turn = 0; turn < waits[index]!; turn++) await Promise.resolve();
            now -= 1;
            return index;
          });
          expect(results).toEqual(waits.map((_, index) => index));
        },
      ),
    );
  });

  test("begins nothing after the last result, and waits for what is under way", async () => {
    const begun: number[] = [];
    const task = async (index: number) => {
      begun.push(index);
      await new Promise((resolve) => setTimeout(resolve, index === 0 ? 1 : 10));
      return index;
    };
    expect(await runAtOnce(6, 2, task, (result) => result === 0)).toEqual([0, 1]);
    expect(begun).toEqual([0, 1]);
  });

  test("throws the first error once nothing is under way", async () => {
    let ended = 0;
    const task = async (index: number) => {
      if (index === 0) throw new Error("first");
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended += 1;
    };
    await expect(runAtOnce(2, 2, task)).rejects.toThrow("first");
    expect(ended).toBe(1);
  });
});
