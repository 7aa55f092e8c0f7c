import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HookEvent } from "../../src/events/names.ts";
import type { SyncHookOutput } from "../../src/output/output.ts";
import { Combination } from "../../src/verdict/combine.ts";
import type { Verdict, VerdictDecision } from "../../src/verdict/verdict.ts";
import { inputOf } from "../inputs.ts";

function combined(event: HookEvent, outputs: readonly SyncHookOutput[], fields?: Record<string, unknown>): Verdict {
  const combination = new Combination(event, inputOf(event, fields));
  outputs.forEach((output, index) => {
    combination.apply({ name: `hook ${index}`, output });
  });
  return combination.verdict([], []);
}

function says(permissionDecision: "allow" | "ask" | "defer" | "deny", reason?: string): SyncHookOutput {
  const permissionDecisionReason = reason === undefined ? {} : { permissionDecisionReason: reason };
  return { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, ...permissionDecisionReason } };
}

const updates = (updatedInput: Record<string, unknown>): SyncHookOutput => ({
  hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput },
});

const rank: readonly VerdictDecision[] = ["none", "allow", "ask", "defer", "deny"];

describe("the strictest decision", () => {
  test("wins whatever the order: deny, defer, ask, allow", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<VerdictDecision>(...rank)), (decisions) => {
        const outputs = decisions.map((decision) => (decision === "none" ? {} : says(decision)));
        const strictest = Math.max(0, ...decisions.map((decision) => rank.indexOf(decision)));
        expect(combined("PreToolUse", outputs).decision).toBe(rank[strictest]);
      }),
    );
  });

  test("comes with the reason of the first hook that took it", () => {
    const verdict = combined("PreToolUse", [says("allow", "fine"), says("deny", "first"), says("deny", "second")]);
    expect(verdict).toMatchObject({ decision: "deny", blocked: true, reason: "first" });
  });

  test("of one output that says two things is the stricter of the two", () => {
    const both = { decision: "block", reason: "no", ...says("allow", "yes") } as const;
    expect(combined("PreToolUse", [both])).toMatchObject({ decision: "deny", reason: "no" });
  });

  test("is deny after block on every event that can be blocked", () => {
    for (const event of ["PreToolUse", "UserPromptSubmit", "PermissionRequest", "PreCompact", "Stop"] as const) {
      expect(combined(event, [{ decision: "block", reason: "no" }])).toMatchObject({
        decision: "deny",
        blocked: true,
        reason: "no",
      });
    }
  });
});

describe("a block", () => {
  const noise: fc.Arbitrary<SyncHookOutput> = fc.oneof(
    fc.constant({}),
    fc.constant(says("allow", "fine")),
    fc.constant(says("ask")),
    fc.constant({ decision: "approve" as const }),
    fc.constant({ continue: true }),
    fc.record({ systemMessage: fc.string(), suppressOutput: fc.boolean() }),
    fc.dictionary(fc.string(), fc.jsonValue()).map(updates),
  );

  test("survives whatever comes before and after it", () => {
    fc.assert(
      fc.property(fc.array(noise), fc.array(noise), (before, after) => {
        const verdict = combined("PreToolUse", [...before, { decision: "block", reason: "never" }, ...after]);
        expect(verdict).toMatchObject({ decision: "deny", blocked: true, reason: "never" });
      }),
    );
  });
});

describe("continue: false", () => {
  test("beats an allow and blocks what was about to happen", () => {
    const verdict = combined("PreToolUse", [says("allow"), { continue: false, stopReason: "enough" }]);
    expect(verdict).toMatchObject({ continue: false, stopReason: "enough", blocked: true, reason: "enough" });
  });

  test("beats a hook that wants the agent to go on", () => {
    const verdict = combined("Stop", [
      { decision: "block", reason: "more" },
      { continue: false, stopReason: "enough" },
    ]);
    expect(verdict).toMatchObject({ continue: false, blocked: false, decision: "none", stopReason: "enough" });
  });

  test("is carried by events that are only observed", () => {
    expect(combined("SessionStart", [{ continue: false }])).toMatchObject({ continue: false, blocked: false });
  });
});

describe("an observed event", () => {
  test("reports a decision and does not obey it", () => {
    const verdict = combined("Notification", [{ decision: "block", reason: "no" }]);
    expect(verdict).toMatchObject({ decision: "none", blocked: false });
    expect(verdict.diagnostics).toMatchObject([{ code: "decision-not-obeyed", severity: "warning" }]);
  });

  test("is a change of policy settings, unlike other changes", () => {
    const block: SyncHookOutput = { decision: "block" };
    expect(combined("ConfigChange", [block], { source: "policy_settings" }).blocked).toBe(false);
    expect(combined("ConfigChange", [block], { source: "user_settings" }).blocked).toBe(true);
  });

  test("has no use for a permission", () => {
    expect(combined("UserPromptSubmit", [{ ...says("ask") }]).diagnostics).toMatchObject([
      { code: "decision-not-obeyed" },
    ]);
  });
});

describe("rewrites", () => {
  test("build on each other, the last one stands, and the original stays", () => {
    const verdict = combined("PreToolUse", [updates({ command: "a" }), updates({ command: "b", more: 1 })]);
    expect(verdict.input).toMatchObject({ tool_input: { command: "b", more: 1 } });
    expect(verdict.originalInput).toMatchObject({ tool_input: { command: "ls -l" } });
  });

  test("of hooks that ran at once are merged by top-level key, later in order first, and conflicts are told", () => {
    const combination = new Combination("PreToolUse", inputOf("PreToolUse", { tool_input: { a: 1, b: 1, c: 1 } }));
    combination.applyAtOnce([
      { name: "one", output: updates({ a: 2, b: 1, c: 1 }) },
      { name: "two", output: updates({ a: 3, b: 1 }) },
      { name: "three", output: updates({ a: 1, b: 1, c: 1, d: 4 }) },
    ]);
    const verdict = combination.verdict([], []);
    expect(verdict.input).toMatchObject({ tool_input: { a: 3, b: 1, d: 4 } });
    expect(verdict.input).not.toHaveProperty("tool_input.c");
    expect(verdict.diagnostics).toMatchObject([{ code: "rewrite-conflict", message: expect.stringContaining(": a.") }]);
  });

  test("of a tool's result reach the verdict and later hooks", () => {
    const verdict = combined("PostToolUse", [
      { hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: "[masked]" } },
    ]);
    expect(verdict).toMatchObject({ toolOutput: "[masked]", input: { tool_response: "[masked]" } });
  });

  test("meant for MCP tools leave other tools alone", () => {
    const output: SyncHookOutput = { hookSpecificOutput: { hookEventName: "PostToolUse", updatedMCPToolOutput: "x" } };
    expect(combined("PostToolUse", [output])).not.toHaveProperty("toolOutput");
    expect(combined("PostToolUse", [output], { tool_name: "mcp__memory__read" })).toMatchObject({ toolOutput: "x" });
  });

  test("outside the events that have them change nothing", () => {
    expect(combined("PostToolUse", [updates({ command: "x" })]).input).toMatchObject({
      tool_input: { command: "ls -l" },
    });
  });
});

describe("texts", () => {
  test("are all kept, in order", () => {
    const outputs = ["a", "b", "c"].map(
      (text): SyncHookOutput => ({
        systemMessage: text.toUpperCase(),
        hookSpecificOutput: { hookEventName: "SessionStart", additionalContext: text },
      }),
    );
    expect(combined("SessionStart", outputs)).toMatchObject({
      additionalContext: ["a", "b", "c"],
      systemMessages: ["A", "B", "C"],
    });
  });
});

describe("a permission request", () => {
  const answer = (decision: NonNullable<SyncHookOutput["hookSpecificOutput"]>["decision"]): SyncHookOutput => ({
    hookSpecificOutput: { hookEventName: "PermissionRequest", ...(decision ? { decision } : {}) },
  });

  test("is granted with the rewritten input and all updates", () => {
    const update = { tool: "Bash", permission: "allow" } as const;
    const verdict = combined("PermissionRequest", [
      answer({ behavior: "allow", updatedInput: { command: "ls" }, updatedPermissions: [update] }),
      answer({ behavior: "allow" }),
    ]);
    expect(verdict).toMatchObject({
      decision: "allow",
      permission: { behavior: "allow", updatedInput: { command: "ls" }, updatedPermissions: [update] },
    });
  });

  test("is refused by one refusal among grants", () => {
    const verdict = combined("PermissionRequest", [
      answer({ behavior: "allow" }),
      answer({ behavior: "deny", message: "no", interrupt: true }),
    ]);
    expect(verdict).toMatchObject({
      blocked: true,
      permission: { behavior: "deny", message: "no", interrupt: true },
    });
  });

  test("is refused by a plain block, as an exit code 2 is", () => {
    expect(combined("PermissionRequest", [{ decision: "block", reason: "no" }])).toMatchObject({
      permission: { behavior: "deny", message: "no" },
    });
  });
});

describe("what only some hosts understand", () => {
  test("reaches the verdict, the later hook's value over the earlier one's", () => {
    const verdict = combined("SessionStart", [
      { hookSpecificOutput: { hookEventName: "SessionStart", sessionTitle: "one", watchPaths: ["a"] } },
      { hookSpecificOutput: { hookEventName: "SessionStart", sessionTitle: "two", ["__proto__"]: 1 } },
    ]);
    expect(verdict.specific).toMatchObject({ sessionTitle: "two", watchPaths: ["a"] });
  });

  test("a declined elicitation is a block", () => {
    const verdict = combined("Elicitation", [
      { hookSpecificOutput: { hookEventName: "Elicitation", action: "decline" } },
    ]);
    expect(verdict).toMatchObject({ blocked: true, specific: { action: "decline" } });
  });
});
