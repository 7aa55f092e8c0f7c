import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryDelayMs } from "../../../src/execution/attempts/backoff.ts";

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
