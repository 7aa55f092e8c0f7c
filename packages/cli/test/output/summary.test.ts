import { describe, expect, test } from "vitest";
import { summarize } from "../../src/output/summary.ts";

describe("what a step gave, in a few words", () => {
  test.each([
    [null, ""],
    ["", ""],
    ["Hello\nAda", '"Hello …"'],
    [3.5, "3.5"],
    [[1], "1 item"],
    [[1, 2], "2 items"],
    [{}, ""],
    [{ total: 3 }, '{"total":3}'],
    [{ stdout: "out", stderr: "err", code: 0 }, '"out"'],
    [{ stdout: "", stderr: "err", code: 2 }, 'exit code 2 "err"'],
    [
      { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body: { a: 1 } },
      "200 application/json, 7 B",
    ],
    [{ path: "/tmp/a", bytes: 3 }, "/tmp/a"],
  ])("%j is %s", (output, expected) => {
    expect(summarize(output)).toBe(expected);
  });
});
