import { describe, expect, test } from "vitest";
import { fitsRule, parseRule } from "../../src/matching/rule.ts";
import { subcommands } from "../../src/matching/subcommands.ts";
import { fitsPath, fitsWildcard } from "../../src/matching/wildcard.ts";

function fits(rule: string, tool: string, input: unknown, cwd = "/home/me/project"): boolean {
  const parsed = parseRule(rule);
  if (!parsed.ok) throw new Error(parsed.problem);
  return fitsRule(parsed.rule, { tool_name: tool, tool_input: input, cwd });
}

const bash = (rule: string, command: string) => fits(rule, "Bash", { command });
const file = (rule: string, path: string, tool = "Edit") => fits(rule, tool, { file_path: path });

describe("a rule on commands", () => {
  test.each([
    ["Bash(git *)", "git push", true],
    ["Bash(git *)", "git", true],
    ["Bash(git *)", "gitk", false],
    ["Bash(git:*)", "git push", true],
    ["Bash(git push *)", "git pull origin", false],
    ["Bash(git *)", "FOO=1 BAR='a b' git push", true],
    ["Bash(git *)", "cd /tmp && git push", true],
    ["Bash(git *)", "true; false | git apply", true],
    ["Bash(rm *)", "echo 'rm x'", false],
    ["Bash(rm *)", 'echo "; rm x"', false],
    ["Bash(rm *)", "echo `rm x`", true],
    ["Bash(rm *)", "echo $(rm x)", true],
    ["Bash(rm *)", 'echo "$(rm x)"', true],
    ["Bash(rm *)", "$TOOL x", true],
    ["Bash(rm)", "$TOOL x", false],
    ["Bash(rm *)", "echo 'unfinished", true],
    ["Bash(npm run *)", "npm\nnpm run x", true],
    ["Bash(*)", "anything", true],
    ["Bash", "anything", true],
  ])("%s on %j: %s", (rule, command, expected) => {
    expect(bash(rule, command)).toBe(expected);
  });

  test("does not fit another tool", () => {
    expect(fits("Bash(git *)", "Write", { command: "git push" })).toBe(false);
  });

  test("answers at once on a line that is made to be slow", () => {
    const started = performance.now();
    bash(`Bash(${"*a".repeat(200)}b)`, "a".repeat(60_000));
    bash("Bash(git *)", "$(".repeat(30_000));
    bash("Bash(git *)", "A=1 ".repeat(15_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("a rule on files", () => {
  test.each([
    ["Edit(src/**)", "/home/me/project/src/a/b.ts", true],
    ["Edit(src/**)", "src/a.ts", true],
    ["Edit(src/**)", "/home/me/project/lib/src/a.ts", false],
    ["Edit(**/src/**)", "/home/me/project/lib/src/a.ts", true],
    ["Edit(*.ts)", "/home/me/project/deep/a.ts", true],
    ["Edit(src/*.ts)", "/home/me/project/src/deep/a.ts", false],
    ["Edit(src/?.ts)", "/home/me/project/src/a.ts", true],
    ["Edit(src/?.ts)", "/home/me/project/src/ab.ts", false],
    ["Edit(//etc/**)", "/etc/passwd", true],
    ["Edit(//etc/**)", "/home/me/project/etc/passwd", false],
    ["Edit(src/**)", "/home/me/project/src/../secret", false],
  ])("%s on %s: %s", (rule, path, expected) => {
    expect(file(rule, path)).toBe(expected);
  });

  test("about editing covers every tool that edits, and reading every tool that reads", () => {
    expect([file("Edit(src/**)", "src/a", "Write"), file("Read(src/**)", "src/a", "Read")]).toEqual([true, true]);
    expect(file("Read(src/**)", "src/a", "Edit")).toBe(false);
  });
});

describe("a rule", () => {
  test("on a web address compares the host", () => {
    expect(fits("WebFetch(domain:example.com)", "WebFetch", { url: "https://www.example.com/x" })).toBe(true);
    expect(fits("WebFetch(domain:example.com)", "WebFetch", { url: "https://example.com.evil.org/" })).toBe(false);
  });

  test("on an unknown tool looks at its texts", () => {
    expect(fits("shell.run(git *)", "shell.run", { script: "git push" })).toBe(true);
  });

  test.each(["", "(git)", "Bash(git", "1tool"])("that cannot be read is refused: %j", (rule) => {
    expect(parseRule(rule)).toMatchObject({ ok: false });
  });
});

describe("wildcards", () => {
  test("a star is any text, and the rest is literal", () => {
    expect([fitsWildcard("a*c", "abbc"), fitsWildcard("a.c", "abc"), fitsWildcard("*", "")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("two stars are any depth, none included", () => {
    expect([fitsPath("/a/**/b", "/a/b"), fitsPath("/a/**/b", "/a/x/y/b"), fitsPath("/a/*/b", "/a/x/y/b")]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("subcommands", () => {
  test("are found at separators, in brackets and in substitutions", () => {
    expect(subcommands("a && (b; c) | d $(e `f`) > x").commands).toEqual(["a", "b", "c", "f", "e $()", "d $() > x"]);
  });

  test("are certain when nothing is expanded", () => {
    expect(subcommands("git push 'a $b'")).toEqual({ commands: ["git push 'a $b'"], isUncertain: false });
  });
});
