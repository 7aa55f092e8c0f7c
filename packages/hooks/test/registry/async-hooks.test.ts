import { describe, expect, test } from "vitest";
import { type AsyncHookResult, type HookOutput, HookRegistry } from "../../src/index.ts";
import { inputs } from "../inputs.ts";

const context: HookOutput = {
  systemMessage: "done",
  decision: "block",
  hookSpecificOutput: { hookEventName: "PreToolUse", additionalContext: "late" },
};

function listening() {
  const results: AsyncHookResult[] = [];
  return { results, registry: new HookRegistry({ onAsyncResult: (result) => results.push(result) }) };
}

describe("a hook that answers later", () => {
  test("lets the host go on, and its texts arrive; its decision comes too late", async () => {
    const { results, registry } = listening();
    let finish = (_: HookOutput) => {};
    const result = new Promise<HookOutput>((resolve) => {
      finish = resolve;
    });
    registry.register("PreToolUse", [{ name: "slow", hooks: [() => ({ async: true, result })] }]);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect(verdict).toMatchObject({ blocked: false, hooks: [{ name: "slow", status: "ok", isBackground: true }] });
    expect(JSON.stringify(verdict)).toContain('"output":{"async":true}');
    finish(context);
    await registry.settled();
    expect(results).toMatchObject([
      {
        event: "PreToolUse",
        hook: { name: "slow", status: "ok" },
        additionalContext: ["late"],
        systemMessages: ["done"],
      },
    ]);
  });

  test("is waited for no longer than it said", async () => {
    const { results, registry } = listening();
    registry.register("PreToolUse", [
      { hooks: [() => ({ async: true, asyncTimeout: 5, result: new Promise(() => {}) })] },
    ]);
    await registry.run("PreToolUse", inputs.PreToolUse);
    await registry.settled();
    expect(results).toMatchObject([{ hook: { status: "timeout" }, additionalContext: [] }]);
  });

  test("may crash or talk nonsense, and the host only hears of it", async () => {
    const { results, registry } = listening();
    const late = (result: Promise<unknown>) => ({ async: true, result }) as HookOutput;
    registry.register("PreToolUse", [
      { hooks: [() => late(Promise.reject(new Error("boom"))), () => late(Promise.resolve({ decision: "maybe" }))] },
    ]);
    await registry.run("PreToolUse", inputs.PreToolUse);
    await registry.settled();
    expect(results.map((result) => result.hook.status)).toEqual(["failed", "failed"]);
  });
});

describe("a hook in the background", () => {
  test("does not hold the host, even when it never returns to it", async () => {
    const { results, registry } = listening();
    registry.register("PreToolUse", [{ name: "slow", background: true, hooks: [async () => context] }]);
    expect(await registry.run("PreToolUse", inputs.PreToolUse)).toMatchObject({
      blocked: false,
      additionalContext: [],
    });
    expect(results).toEqual([]);
    await registry.settled();
    expect(results).toMatchObject([{ additionalContext: ["late"] }]);
  });

  test("is cancelled when the registry closes", async () => {
    const { results, registry } = listening();
    registry.register("PreToolUse", [{ background: true, hooks: [() => new Promise(() => {})] }]);
    await registry.run("PreToolUse", inputs.PreToolUse);
    await registry.close();
    expect(results).toMatchObject([{ hook: { status: "cancelled" } }]);
  });
});
