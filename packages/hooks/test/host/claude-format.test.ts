import { describe, expect, test } from "vitest";
import { formatForClaude, type HookEvent, type HookOutput, HookRegistry } from "../../src/index.ts";
import { parseHookOutput } from "../../src/output/parse-output.ts";
import { inputOf } from "../inputs.ts";

async function answer(event: HookEvent, ...outputs: readonly HookOutput[]) {
  const registry = new HookRegistry();
  registry.register(event, [{ hooks: outputs.map((output) => () => output) }]);
  const verdict = await registry.run(event, inputOf(event) as never);
  const { stdout, stderr, exitCode } = formatForClaude(verdict);
  return { exitCode, stderr, output: stdout === "" ? undefined : JSON.parse(stdout) };
}

const specific = (hookEventName: HookEvent, fields: object) => ({ hookSpecificOutput: { hookEventName, ...fields } });

describe("a verdict in Claude Code's protocol", () => {
  test("is nothing when nobody said anything", async () => {
    expect(await answer("PreToolUse", {})).toEqual({ exitCode: 0, stderr: "", output: undefined });
  });

  test("denies a tool by exit code 2 and by JSON", async () => {
    expect(await answer("PreToolUse", { decision: "block", reason: "no" })).toEqual({
      exitCode: 2,
      stderr: "no\n",
      output: specific("PreToolUse", { permissionDecision: "deny", permissionDecisionReason: "no" }),
    });
  });

  test("carries an answer, a rewrite and context", async () => {
    const said = specific("PreToolUse", {
      permissionDecision: "ask",
      updatedInput: { command: "ls" },
      additionalContext: "a",
    });
    const more = specific("PreToolUse", { additionalContext: "b" });
    expect(await answer("PreToolUse", said, more)).toEqual({
      exitCode: 0,
      stderr: "",
      output: specific("PreToolUse", {
        permissionDecision: "ask",
        updatedInput: { command: "ls" },
        additionalContext: "a\n\nb",
      }),
    });
  });

  test("answers a permission request without an exit code, which that event does not know", async () => {
    expect(await answer("PermissionRequest", { decision: "block", reason: "no" })).toEqual({
      exitCode: 0,
      stderr: "",
      output: specific("PermissionRequest", { decision: { behavior: "deny", message: "no" } }),
    });
  });

  test.each(["UserPromptSubmit", "Stop", "PostToolUse", "TaskCompleted", "PreCompact"] as const)(
    "blocks %s by decision and exit code 2",
    async (event) => {
      expect(await answer(event, { decision: "block", reason: "no" })).toEqual({
        exitCode: 2,
        stderr: "no\n",
        output: { decision: "block", reason: "no" },
      });
    },
  );

  test("stops the agent, tells the person and replaces a result", async () => {
    const said = { continue: false, stopReason: "enough", systemMessage: "careful", suppressOutput: true };
    const output = { ...said, ...specific("PostToolUse", { updatedToolOutput: "x" }) };
    expect(await answer("PostToolUse", output)).toEqual({ exitCode: 0, stderr: "", output });
  });

  test("hands on what only some hosts understand", async () => {
    const said = specific("SessionStart", { sessionTitle: "x", watchPaths: ["a"] });
    expect((await answer("SessionStart", said)).output).toEqual(said);
  });

  test("can be read back without loss", async () => {
    const said = specific("PreToolUse", { permissionDecision: "deny", permissionDecisionReason: "no" });
    const { output } = await answer("PreToolUse", said);
    expect(parseHookOutput(output, "PreToolUse")).toEqual({ ok: true, output: said, warnings: [] });
  });
});
