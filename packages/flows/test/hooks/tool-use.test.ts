import { describe, expect, test } from "vitest";
import { approvalSignal } from "../../src/execution/records/approval.ts";
import type { ToolUseHost, ToolVerdict } from "../../src/index.ts";
import { openQuestions } from "../../src/questions/question.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps } from "../execution/flow-kit.ts";

function hostOf(verdict: ToolVerdict | undefined, seen: unknown[] = []): ToolUseHost {
  return {
    before({ step, inputs }) {
      seen.push(["before", step.uses, inputs]);
      return verdict;
    },
    after({ inputs }, result) {
      seen.push(["after", inputs, result.status]);
    },
  };
}

const echo = steps("\n  - { id: a, uses: shell.run, with: { command: 'echo ${{ vars.x }}', shell: true } }\n");
const start = { vars: { x: "one" } };

describe("lifecycle hooks around a step", () => {
  test("see the node's name and the resolved inputs, and the result", async () => {
    const seen: unknown[] = [];
    const { outputs } = await runFlow(echo, { toolUse: hostOf(undefined, seen), start });
    const inputs = { command: "echo one", shell: true };
    expect(seen).toEqual([
      ["before", "shell.run", inputs],
      ["after", inputs, "success"],
    ]);
    expect(outputs.a).toMatchObject({ stdout: "one" });
  });

  test("may deny it: the step fails with the reason and does not run", async () => {
    const { run } = await runFlow(echo, { toolUse: hostOf({ decision: "deny", reason: "no shells today" }), start });
    expect(run.error).toEqual({ code: "denied", message: 'Step "a" failed: no shells today' });
  });

  test("may change its inputs, which then hold no expressions", async () => {
    const inputs = { command: "echo '${{ vars.x }}'", shell: true };
    const { outputs } = await runFlow(echo, { toolUse: hostOf({ decision: "allow", inputs }), start });
    expect(outputs.a).toMatchObject({ stdout: "${{ vars.x }}" });
  });

  test("may have a person asked", async () => {
    const engine = await createTestEngine({ toolUse: hostOf({ decision: "ask", message: "Really?" }) });
    const waiting = await engine.run(await flowOf(echo), start);
    expect(waiting.status).toBe("waiting");
    const [question] = await openQuestions(engine.store, waiting);
    await engine.store.durability.signal(waiting.id, approvalSignal(question!.id), { decision: "approve" });
    const { outputs } = await inspect(engine, await engine.resume(waiting.id));
    expect(outputs.a).toMatchObject({ stdout: "one" });
  });

  test("that break fail the step", async () => {
    const toolUse: ToolUseHost = {
      before() {
        throw new Error("broken");
      },
      after() {},
    };
    const { run } = await runFlow(echo, { toolUse, start });
    expect(run).toMatchObject({ status: "failed", error: { message: 'Step "a" failed: broken' } });
  });
});
