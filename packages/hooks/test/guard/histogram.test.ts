import { describe, expect, test } from "vitest";
import { Histogram, labelValue } from "../../src/guard/histogram.ts";

describe("a histogram", () => {
  test("counts each value once by its size, and tells of all classes how many are no larger", () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
    expect([...histogram.lines("x", 'a="b"')]).toEqual([
      'x_bucket{a="b",le="0.1"} 2',
      'x_bucket{a="b",le="1"} 3',
      'x_bucket{a="b",le="+Inf"} 4',
      'x_sum{a="b"} 7.65',
      'x_count{a="b"} 4',
    ]);
  });

  test("has labels that no value can end", () => {
    expect(labelValue('a"b\\c\nd')).toBe('a\\"b\\\\c\\nd');
  });
});
