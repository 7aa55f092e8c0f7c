import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineReader } from "../../../src/process/persistent/line-reader.ts";

function read(maxBytes: number): { reader: LineReader; lines: string[]; tooLong: () => number } {
  const lines: string[] = [];
  let count = 0;
  const reader = new LineReader(
    maxBytes,
    (line) => lines.push(line),
    () => count++,
  );
  return { reader, lines, tooLong: () => count };
}

describe("a line reader", () => {
  test("gives the same lines however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme" })),
        fc.array(fc.integer({ min: 1, max: 7 })),
        (texts, cuts) => {
          const wanted = texts.map((text) => text.replaceAll("\n", " ")).filter((text) => text !== "");
          const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(""));
          const { reader, lines } = read(1_000_000);
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const next = at + (cuts[i % cuts.length] ?? bytes.length);
            reader.feed(bytes.subarray(at, next));
            at = next;
          }
          expect(lines).toEqual(wanted.map((text) => Buffer.from(text).toString()));
        },
      ),
    );
  });

  test("says once that a line is too long, with or without a newline, and gives nothing more", () => {
    const { reader, lines, tooLong } = read(5);
    reader.feed(Buffer.from("12345\n123"));
    expect(lines).toEqual(["12345"]);
    reader.feed(Buffer.from("456"));
    reader.feed(Buffer.from("7\nok\n"));
    reader.flush();
    expect(lines).toEqual(["12345"]);
    expect(tooLong()).toBe(1);
  });

  test("gives an unfinished line when asked", () => {
    const { reader, lines } = read(10);
    reader.feed(Buffer.from("a\nb"));
    reader.flush();
    expect(lines).toEqual(["a", "b"]);
  });
});
