import { describe, expect, test } from "vitest";
import type { HookEvent } from "../../src/events/names.ts";
import { compileMatcher } from "../../src/matching/matcher.ts";
import { compilePattern } from "../../src/matching/pattern.ts";

function matches(matcher: string | undefined, subject: string, event: HookEvent = "PreToolUse"): boolean {
  const result = compileMatcher(matcher, event);
  if (!result.ok) throw new Error(result.problem);
  return result.test(subject);
}

describe("a matcher", () => {
  test.each([undefined, "", "*"])("of %j matches everything, the empty subject too", (matcher) => {
    expect([matches(matcher, "Bash"), matches(matcher, "")]).toEqual([true, true]);
  });

  test("of plain letters is an exact name", () => {
    expect([matches("Bash", "Bash"), matches("Bash", "BashOutput"), matches("Bash", "bash")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(["Edit|Write", "Edit, Write", " Edit | Write "])("of %j is a list of exact names", (matcher) => {
    expect(["Edit", "Write", "MultiEdit", "Edit|Write"].map((name) => matches(matcher, name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("with any other character is an unanchored regular expression", () => {
    expect([matches("mcp__.*", "mcp__memory__read"), matches("^Bash$", "BashOutput"), matches("a.h", "Bash")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("of a server's name alone matches none of its tools", () => {
    expect(matches("mcp__memory", "mcp__memory__read")).toBe(false);
  });

  test("of a file name with a dot is a pattern, and of words a list, on FileChanged", () => {
    expect([matches(".env", ".envrc", "FileChanged"), matches("Makefile|Rakefile", "Rakefile", "FileChanged")]).toEqual(
      [true, true],
    );
  });

  test("is ignored by events that have nothing to match", () => {
    expect(matches("Bash", "anything", "Stop")).toBe(true);
  });

  test.each(["(", "[a-", "a{2,1}", "*x", "(?<n>a)(?<n>b)"])("of %j is refused as invalid", (matcher) => {
    expect(compileMatcher(matcher, "PreToolUse")).toMatchObject({ ok: false, code: "invalid-pattern" });
  });

  test.each(["(?=a)b.", "(.)\\1", `${"a".repeat(2000)}.`])(
    "that cannot be bounded in time is refused: %j",
    (matcher) => {
      expect(compileMatcher(matcher, "PreToolUse")).toMatchObject({ ok: false, code: "unsafe-pattern" });
    },
  );
});

describe("a pattern that makes other engines hang", () => {
  const hungry = `${"a".repeat(3000)}!`;

  test.each([
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(a*)*b",
    "^(\\w+\\s?)*$",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "^([a-z]{1,500}x?)+$",
    "(.*)(.*)(.*)(.*)(.*)[x]",
  ])("%s answers at once", (source) => {
    const compiled = compilePattern(source);
    if (!compiled.ok) throw new Error(compiled.problem);
    const started = performance.now();
    compiled.test(hungry);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("finds what it looks for all the same", () => {
    const compiled = compilePattern("^(a+)+$");
    expect(compiled.ok && [compiled.test("aaa"), compiled.test("aab")]).toEqual([true, false]);
  });

  test("runs on the second engine when the first cannot bound it", () => {
    const compiled = compilePattern("^x{1,1000}$");
    expect(compiled.ok && [compiled.test("x".repeat(900)), compiled.test("x".repeat(1001))]).toEqual([true, false]);
  });

  test("a subject beyond 4 KiB always matches, so that length dodges no guard", () => {
    const compiled = compilePattern("^rm$");
    expect(compiled.ok && [compiled.test("x".repeat(4096)), compiled.test("x".repeat(4097))]).toEqual([false, true]);
  });
});
