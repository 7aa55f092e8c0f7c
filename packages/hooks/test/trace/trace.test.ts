import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  newSpanId,
  newTraceId,
  readTraceparent,
  spanIdOf,
  traceIdOf,
  writeTraceparent,
} from "../../src/trace/index.ts";

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""))
    .filter((text) => /[1-9a-f]/.test(text));

describe("traceparent", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, isSampled) => {
        const place = { traceId, spanId, isSampled };
        expect(readTraceparent(writeTraceparent(place))).toEqual(place);
      }),
    );
  });

  test("of a later version is read as far as it is known, and nothing else is taken for one", () => {
    const known = `${"a".repeat(32)}-${"b".repeat(16)}`;
    expect(readTraceparent(`cc-${known}-01-what-comes`)).toMatchObject({ traceId: "a".repeat(32) });
    const wrong = [
      undefined,
      null,
      "",
      "nonsense",
      `ff-${known}-01`,
      `00-${"0".repeat(32)}-${"b".repeat(16)}-01`,
      `00-${"a".repeat(32)}-${"0".repeat(16)}-01`,
      `00-${known.toUpperCase()}-01`,
      `00-${known}-1`,
      `00-${known}-01\r\nx: y`,
    ];
    for (const text of wrong) expect(readTraceparent(text), String(text)).toBeUndefined();
  });
});

describe("ids", () => {
  test("a ULID and a UUID are trace ids written another way, in the same order of time", () => {
    expect(traceIdOf("01ARZ3NDEKTSV4RRFFQ69G5FAV")).toBe("01563e3ab5d3d6764c61efb99302bd5b");
    expect(traceIdOf("018f3a5e-7b1c-7def-8a0b-123456789abc")).toBe("018f3a5e7b1c7def8a0b123456789abc");
  });

  test("any other name gives a trace and a span of the right form, always the same and its own", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(traceIdOf(one)).toMatch(/^[0-9a-f]{32}$/);
        expect(spanIdOf(one)).toMatch(/^[0-9a-f]{16}$/);
        expect(spanIdOf(one)).toBe(spanIdOf(one));
        if (one !== other) expect(spanIdOf(one)).not.toBe(spanIdOf(other));
      }),
    );
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
  });

  test("a hundred thousand names that are nearly the same have a span each", () => {
    const spans = new Set(
      Array.from({ length: 100_000 }, (_, index) => spanIdOf(`01ARZ3NDEKTSV4RRFFQ69G5FAV:each[${index}]/1`)),
    );
    expect(spans.size).toBe(100_000);
  });
});
