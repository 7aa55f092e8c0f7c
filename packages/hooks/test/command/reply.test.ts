import { describe, expect, test } from "vitest";
import { CommandError } from "../../src/command/index.ts";
import { type CommandRun, replyOf } from "../../src/command/reply.ts";
import type { HookEvent } from "../../src/events/names.ts";

function reply(run: Partial<CommandRun>, event: HookEvent = "PreToolUse"): unknown {
  return replyOf({ exitCode: 0, signal: undefined, stdout: "", stderr: "", ...run }, event);
}

function codeOf(run: Partial<CommandRun>, event: HookEvent = "PreToolUse"): string {
  try {
    return `answered ${JSON.stringify(reply(run, event))}`;
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    return (error as CommandError).code;
  }
}

const deny = { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny" } };
const allow = {
  hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow", permissionDecisionReason: "fine" },
};

describe("exit code 0", () => {
  test("with JSON answers with it", () => {
    expect(reply({ stdout: JSON.stringify(deny) })).toEqual(deny);
    expect(reply({ stdout: `\n  ${JSON.stringify(deny, undefined, 2)}\n` })).toEqual(deny);
  });

  test("with nothing on standard output has no effect", () => {
    expect(reply({ stdout: " \n" })).toEqual({});
  });

  test("with lines before the JSON, as a shell profile prints them, does not lose the decision", () => {
    expect(reply({ stdout: `Welcome!\nnvm: v20\n${JSON.stringify(deny)}\n` })).toEqual(deny);
  });

  test.each(["PreToolUse", "Stop", "PostToolUse"] as const)("with plain text has no effect on %s", (event) => {
    expect(reply({ stdout: "checked 3 files" }, event)).toEqual({});
    expect(reply({ stdout: '["not", "an", "object"]' }, event)).toEqual({});
  });

  test.each(["SessionStart", "UserPromptSubmit", "UserPromptExpansion"] as const)(
    "with plain text gives %s context",
    (event) => {
      expect(reply({ stdout: "branch: main\n" }, event)).toEqual({
        hookSpecificOutput: { hookEventName: event, additionalContext: "branch: main" },
      });
      expect(reply({ stdout: "{project} is large" }, event)).toMatchObject({
        hookSpecificOutput: { additionalContext: "{project} is large" },
      });
    },
  );

  test("with half a JSON object has failed, on every event", () => {
    expect(codeOf({ stdout: '{"decision": "bl' })).toBe("invalid-json");
    expect(codeOf({ stdout: '{\n  "decision": "block",\n' }, "UserPromptSubmit")).toBe("invalid-json");
  });

  test("gives WorktreeCreate the last line as its path", () => {
    expect(reply({ stdout: "creating\n/tmp/tree\n\n" }, "WorktreeCreate")).toEqual({
      hookSpecificOutput: { hookEventName: "WorktreeCreate", worktreePath: "/tmp/tree" },
    });
  });
});

describe("exit code 2", () => {
  test("blocks with what stands on standard error", () => {
    expect(reply({ exitCode: 2, stderr: "not today\n" })).toEqual({ decision: "block", reason: "not today" });
  });

  test("blocks even when nothing was said", () => {
    expect(reply({ exitCode: 2 })).toMatchObject({ decision: "block", reason: expect.stringContaining("exit code 2") });
  });

  test("blocks over a printed allow, whose reason is not the reason", () => {
    expect(reply({ exitCode: 2, stdout: JSON.stringify(allow), stderr: "no" })).toMatchObject({
      decision: "block",
      reason: "no",
    });
  });

  test("takes the reason of a printed block", () => {
    const stdout = JSON.stringify({ decision: "block", reason: "printed", systemMessage: "kept" });
    expect(reply({ exitCode: 2, stdout, stderr: "said" })).toMatchObject({ reason: "printed", systemMessage: "kept" });
  });

  test.each(['{"decision": "bl', '{"decision": "maybe"}', '{"async": true}', "text", "{}"])(
    "blocks whatever is on standard output: %s",
    (stdout) => {
      expect(reply({ exitCode: 2, stdout, stderr: "no" })).toMatchObject({ decision: "block", reason: "no" });
    },
  );
});

describe("another exit code", () => {
  test("has failed, with the first line of standard error in the message", () => {
    expect(codeOf({ exitCode: 1, stderr: "boom\nmore" })).toBe("exit-code");
    expect(() => reply({ exitCode: 1, stderr: "boom\nmore" })).toThrow(/exit code 1: boom$/);
  });

  test("with a decision in JSON is decided by the JSON alone", () => {
    expect(reply({ exitCode: 1, stdout: JSON.stringify(deny) })).toEqual(deny);
    expect(reply({ exitCode: 1, stdout: '{"continue": false}' }, "Stop")).toEqual({ continue: false });
  });

  test.each(["{}", '{"hook_event_name": "PreToolUse"}', '{"decision": "maybe"}', '{"async": true}'])(
    "with JSON that decides nothing has failed: %s",
    (stdout) => {
      expect(codeOf({ exitCode: 1, stdout })).toBe("exit-code");
    },
  );

  test("blocks WorktreeCreate", () => {
    expect(reply({ exitCode: 1, stderr: "disk full" }, "WorktreeCreate")).toEqual({
      decision: "block",
      reason: "disk full",
    });
  });
});

describe("a signal", () => {
  test("is a failure, and only a refusal that was printed before it is believed", () => {
    expect(reply({ exitCode: undefined, signal: "SIGSEGV", stdout: JSON.stringify(deny) })).toEqual(deny);
    expect(codeOf({ exitCode: undefined, signal: "SIGSEGV", stdout: JSON.stringify(allow) })).toBe("killed");
  });
});
