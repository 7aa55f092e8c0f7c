import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberTable } from "../../src/nats/number-table.ts";

describe("a table of numbers", () => {
  test("holds what a map would hold, also where numbers share a place", () => {
    const number = fc.tuple(fc.nat(3), fc.nat(5)).map(([turn, place]) => turn * 4_096 + place);
    const change = fc.record({ number, isAdd: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const table = new NumberTable<string>();
        const model = new Map<number, string>();
        for (const { number, isAdd } of changes) {
          if (!isAdd) expect(table.delete(number)).toBe(model.delete(number));
          else if (!model.has(number)) {
            table.add(number, `at ${number}`);
            model.set(number, `at ${number}`);
          }
          expect(table.get(number)).toBe(model.get(number));
          expect(table.size).toBe(model.size);
        }
        expect(table.values()).toEqual([...model].sort(([a], [b]) => a - b).map(([, value]) => value));
        table.clear();
        expect([table.size, table.values()]).toEqual([0, []]);
      }),
    );
  });
});
