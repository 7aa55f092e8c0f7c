import { describe, expect, test } from "vitest";
import { parseHookOutput } from "../../src/output/parse-output.ts";

function parsed(value: unknown, event: Parameters<typeof parseHookOutput>[1] = "PreToolUse") {
  const result = parseHookOutput(value, event);
  if (!result.ok) throw new Error(result.problem);
  return result;
}

describe("an output", () => {
  test("of nothing has no effect", () => {
    for (const value of [undefined, null, {}]) expect(parsed(value).output).toEqual({});
  });

  test("is read in the camelCase spelling", () => {
    const output = {
      continue: false,
      stopReason: "enough",
      suppressOutput: true,
      decision: "block",
      reason: "no",
      systemMessage: "careful",
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "never",
        updatedInput: { command: "ls" },
        additionalContext: "note",
      },
    };
    expect(parsed(output)).toEqual({ ok: true, output, warnings: [] });
  });

  test("is read in the snake_case spelling and comes out in camelCase", () => {
    const output = {
      stop_reason: "enough",
      suppress_output: true,
      system_message: "careful",
      hook_specific_output: {
        hookEventName: "PreToolUse",
        permission_decision: "deny",
        permission_decision_reason: "never",
        updated_input: { command: "ls" },
        additional_context: "note",
      },
    };
    expect(parsed(output).output).toEqual({
      stopReason: "enough",
      suppressOutput: true,
      systemMessage: "careful",
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "never",
        updatedInput: { command: "ls" },
        additionalContext: "note",
      },
    });
  });

  test("with async: true is an async one, its time-out in either spelling", () => {
    expect(parsed({ async: true, asyncTimeout: 5000 }).output).toEqual({ async: true, asyncTimeout: 5000 });
    expect(parsed({ async: true, async_timeout: 5000 }).output).toEqual({ async: true, asyncTimeout: 5000 });
  });

  test("with async: false is a plain one", () => {
    expect(parsed({ async: false, decision: "block" }).output).toEqual({ decision: "block" });
  });

  test("reads other agents' words for approve and block", () => {
    expect(parsed({ decision: "allow" }).output).toEqual({ decision: "approve" });
    expect(parsed({ decision: "deny" }).output).toEqual({ decision: "block" });
  });

  test("of nulls is an output without these fields", () => {
    expect(parsed({ decision: null, reason: null, hookSpecificOutput: null }).output).toEqual({});
  });

  test.each([
    ["a list", []],
    ["a text", "block"],
    ["a decision that is none", { decision: "maybe" }],
    ["a decision that only objects have", { decision: "constructor" }],
    ["continue as a text", { continue: "no" }],
    ["a reason that is no text", { decision: "block", reason: 7 }],
    ["a permission that is none", { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "no" } }],
    ["an answer to another event", { hookSpecificOutput: { hookEventName: "Stop", permissionDecision: "deny" } }],
    ["a rewritten input that is no object", { hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: [] } }],
    ["async of another kind", { async: "yes" }],
    ["a time-out below zero", { async: true, asyncTimeout: -1 }],
    ["a getter that throws", Object.defineProperty({}, "decision", { enumerable: true, get: () => JSON.parse("{") })],
  ])("is refused with a sentence when it is %s", (_, value) => {
    const result = parseHookOutput(value, "PreToolUse");
    expect(result).toMatchObject({ ok: false, problem: expect.stringMatching(/\.$/) });
  });

  test("with unknown keys only is harmless: many scripts echo their input", () => {
    const echoed = { session_id: "s", cwd: "/", hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: {} };
    expect(parsed(echoed)).toEqual({ ok: true, output: {}, warnings: [] });
  });

  test("warns of a key that looks like a slip", () => {
    expect(parsed({ desicion: "block" }).warnings).toMatchObject([{ code: "unknown-output-key" }]);
  });

  test("without hookEventName is obeyed, with a warning that other agents would not", () => {
    const result = parsed({ hookSpecificOutput: { permissionDecision: "deny" } });
    expect(result.output).toEqual({ hookSpecificOutput: { permissionDecision: "deny" } });
    expect(result.warnings).toMatchObject([{ code: "hook-event-name-missing" }]);
  });

  test("with a permission decision at the top is obeyed, with a warning", () => {
    const result = parsed({ permissionDecision: "deny", permissionDecisionReason: "no" });
    expect(result.output).toMatchObject({ hookSpecificOutput: { permissionDecision: "deny" } });
    expect(result.warnings.map((warning) => warning.code)).toEqual(["misplaced-output-key", "misplaced-output-key"]);
  });

  test("answers a permission request with updates of both kinds", () => {
    const decision = {
      behavior: "allow",
      updated_input: { command: "ls" },
      updated_permissions: [
        { tool: "Bash", permission: "allow" },
        { type: "addRules", rules: [{ toolName: "Bash" }], behavior: "allow", destination: "session" },
      ],
    };
    const value = { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } };
    expect(parsed(value, "PermissionRequest").output).toMatchObject({
      hookSpecificOutput: {
        decision: {
          behavior: "allow",
          updatedInput: { command: "ls" },
          updatedPermissions: decision.updated_permissions,
        },
      },
    });
  });

  test("keeps a refusal whose message is of the wrong kind", () => {
    const value = {
      hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "deny", message: 1 } },
    };
    expect(parsed(value, "PermissionRequest").output).toMatchObject({
      hookSpecificOutput: { decision: { behavior: "deny" } },
    });
  });

  test("may replace a tool's result by null", () => {
    const value = { hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: null } };
    expect(parsed(value, "PostToolUse").output).toMatchObject({ hookSpecificOutput: { updatedToolOutput: null } });
  });
});
