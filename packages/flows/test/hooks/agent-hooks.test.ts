import { type HookEvent, type HookInput, type HookOutput, HookRegistry, lifecycleEvents } from "@pawl/hooks";
import { describe, expect, test } from "vitest";
import { createAgentHooks } from "../../src/index.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps } from "../execution/flow-kit.ts";

const echo = steps("  - id: say\n    uses: shell.run\n    with: { command: echo one }\n");
const failing = steps("  - id: fail\n    uses: shell.run\n    with: { command: exit 3, shell: true, check: true }\n");

/** Hooks that answer as given on every event, and write down what they saw. */
function host(answers: Partial<Record<HookEvent, HookOutput>> = {}) {
  const seen: HookInput[] = [];
  const registry = new HookRegistry();
  for (const event of lifecycleEvents) {
    registry.register(event, [
      {
        name: event,
        hooks: [
          (input) => {
            seen.push(input);
            return answers[event];
          },
        ],
      },
    ]);
  }
  return { seen, registry, agent: createAgentHooks({ registry: () => registry, projectDir: "/project" }) };
}

const pre = (fields: object): Partial<Record<HookEvent, HookOutput>> => ({
  PreToolUse: { hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } },
});

describe("a flow step is the use of a tool", () => {
  test("whose name is the node's, before and after it", async () => {
    const { agent, seen } = host();
    const { run, outputs } = await runFlow(echo, { toolUse: agent.toolUse });
    const call = {
      session_id: run.id,
      cwd: "/project",
      tool_name: "shell.run",
      tool_input: { command: "echo one" },
      tool_use_id: `${run.id}:say`,
    };
    expect(seen).toMatchObject([
      { hook_event_name: "PreToolUse", ...call },
      { hook_event_name: "PostToolUse", ...call, tool_response: outputs.say },
    ]);
  });

  test("that a hook denies fails with its reason and is not run", async () => {
    const { agent, seen } = host({ PreToolUse: { decision: "block", reason: "not today" } });
    const { run } = await runFlow(echo, { toolUse: agent.toolUse });
    expect(run).toMatchObject({
      status: "failed",
      error: { code: "denied", message: expect.stringContaining("not today") },
    });
    expect(seen.map((input) => input.hook_event_name)).toEqual(["PreToolUse"]);
  });

  test("whose inputs a hook rewrites runs with those", async () => {
    const { agent } = host(pre({ updatedInput: { command: "echo two" } }));
    const { outputs } = await runFlow(echo, { toolUse: agent.toolUse });
    expect(outputs.say).toMatchObject({ stdout: expect.stringContaining("two") });
  });

  test("that a hook asks about waits for a person", async () => {
    const { agent } = host(pre({ permissionDecision: "ask", permissionDecisionReason: "really?" }));
    const engine = await createTestEngine({ toolUse: agent.toolUse });
    const run = await engine.run(await flowOf(echo));
    expect((await inspect(engine, run)).statuses).toEqual({ say: "waiting" });
    expect(run.status).toBe("waiting");
  });

  test("that fails is told as such", async () => {
    const { agent, seen } = host();
    await runFlow(failing, { toolUse: agent.toolUse });
    expect(seen.at(-1)).toMatchObject({ hook_event_name: "PostToolUseFailure", error: expect.any(String) });
  });

  test("is matched by its node, as a pattern or as an exact name", async () => {
    const registry = new HookRegistry();
    const block = () => ({ decision: "block" }) as const;
    registry.register("PreToolUse", [{ matcher: "http\\..*", hooks: [block] }]);
    const agent = createAgentHooks({ registry: () => registry, projectDir: "/" });
    expect((await runFlow(echo, { toolUse: agent.toolUse })).run.status).toBe("completed");
    registry.register("PreToolUse", [{ matcher: "shell\\.run", hooks: [block] }]);
    expect((await runFlow(echo, { toolUse: agent.toolUse })).run.status).toBe("failed");
  });
});

describe("a run is a session", () => {
  test("that starts and ends", async () => {
    const { agent, seen } = host();
    const engine = await createTestEngine();
    agent.follow(engine.store.events);
    const run = await engine.run(await flowOf(echo));
    await agent.settled();
    expect(seen).toMatchObject([
      { hook_event_name: "SessionStart", session_id: run.id, source: "startup", session_title: "t" },
      { hook_event_name: "SessionEnd", session_id: run.id, reason: "completed" },
    ]);
  });

  test("that notifies when it waits for a person", async () => {
    const { agent, seen } = host();
    const engine = await createTestEngine();
    agent.follow(engine.store.events);
    const run = await engine.run(
      await flowOf(steps("  - id: a\n    uses: shell.run\n    approval: true\n    with: { command: echo }\n")),
    );
    await agent.settled();
    expect(seen.at(-1)).toMatchObject({
      hook_event_name: "Notification",
      session_id: run.id,
      notification_type: "run_waiting",
      message: expect.stringContaining(run.id),
    });
  });

  test("until it is followed no more", async () => {
    const { agent, seen } = host();
    const engine = await createTestEngine();
    agent.follow(engine.store.events)();
    await engine.run(await flowOf(echo));
    await agent.settled();
    expect(seen).toEqual([]);
  });
});
