import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDotenv } from "../../../src/execution/scope/dotenv.ts";

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
