import { describe, expect, test } from "vitest";
import { type HookMatcher, HookRegistry } from "../../src/index.ts";
import { inputs } from "../inputs.ts";

function explain(matchers: readonly HookMatcher[], registry: HookRegistry = new HookRegistry()) {
  registry.register("PreToolUse", matchers);
  return registry.explain("PreToolUse", inputs.PreToolUse);
}

const hooks = [
  () => {
    throw new Error("must not be called");
  },
];

describe("explaining", () => {
  test("calls no hook, and names the filter of those that would run", () => {
    expect(explain([{ name: "a", matcher: "Bash", if: "Bash(ls *)", source: "a/HOOK.md", hooks }])).toEqual([
      {
        name: "a",
        source: "a/HOOK.md",
        wouldRun: true,
        detail: "matcher Bash, if Bash(ls *)",
        onFailure: "continue",
        blocks: false,
      },
    ]);
  });

  test("names the reason of each hook that would not run, and whether that blocks", () => {
    const matchers: HookMatcher[] = [
      { name: "other tool", matcher: "Write", hooks, onFailure: "block" },
      { name: "other command", if: "Bash(git *)", hooks, onFailure: "block" },
      { name: "missing", requires: { bins: ["no-such-program-here"] }, hooks, onFailure: "block" },
      { name: "foreign", hooks, unavailable: { status: "skipped", reason: "untrusted", detail: "x changed" } },
      { name: "off", hooks, unavailable: { status: "skipped", reason: "disabled", detail: "off" }, onFailure: "block" },
      { name: "broken", hooks, unavailable: { status: "failed", detail: "invalid TOML" }, onFailure: "block" },
    ];
    expect(explain(matchers).map(({ name, wouldRun, reason, blocks }) => [name, wouldRun, reason, blocks])).toEqual([
      ["other tool", false, "no-match", false],
      ["other command", false, "no-match", false],
      ["missing", false, "ineligible", true],
      ["foreign", false, "untrusted", false],
      ["off", false, "disabled", false],
      ["broken", false, "broken", true],
    ]);
  });

  test("says for how long a breaker stays open, and takes no trial", async () => {
    const registry = new HookRegistry();
    registry.register("PreToolUse", [{ name: "flaky", hooks }]);
    for (let i = 0; i < 5; i++) await registry.run("PreToolUse", inputs.PreToolUse);
    const [explanation] = registry.explain("PreToolUse", inputs.PreToolUse);
    expect(explanation).toMatchObject({
      wouldRun: false,
      reason: "breaker-open",
      detail: expect.stringContaining("5 fail"),
    });
  });
});
