import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runAtOnce } from "../../../src/execution/containers/pool.ts";

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
