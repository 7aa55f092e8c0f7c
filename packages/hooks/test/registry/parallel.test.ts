import { describe, expect, test } from "vitest";
import { type HookCallback, type HookMatcher, HookRegistry } from "../../src/index.ts";
import { inputs } from "../inputs.ts";

const update = (updatedInput: Record<string, unknown>) => ({
  hookSpecificOutput: { hookEventName: "PreToolUse" as const, updatedInput },
});

/** Hooks that all wait until the last of them has begun. */
function meeting(count: number): { hooks: HookCallback[]; order: number[] } {
  const order: number[] = [];
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  const hooks = Array.from({ length: count }, (_, index): HookCallback => {
    return async () => {
      order.push(index);
      if (order.length === count) open();
      await all;
      return { systemMessage: String(index) };
    };
  });
  return { hooks, order };
}

describe("hooks that run at once", () => {
  test("do, and are merged in the order of registration", async () => {
    const { hooks } = meeting(3);
    const registry = new HookRegistry({ parallel: true });
    registry.register("PreToolUse", [{ hooks, timeoutMs: 5_000 }]);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect(verdict.systemMessages).toEqual(["0", "1", "2"]);
  });

  test("are neighbours that say so; the others still go one after another", async () => {
    const { hooks } = meeting(2);
    const events: string[] = [];
    const registry = new HookRegistry();
    const mark = (name: string): HookMatcher => ({ hooks: [() => void events.push(name)] });
    registry.register("PreToolUse", [
      mark("before"),
      ...hooks.map((hook): HookMatcher => ({ hooks: [hook], parallel: true, timeoutMs: 5_000 })),
      mark("after"),
    ]);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect([events, verdict.systemMessages]).toEqual([
      ["before", "after"],
      ["0", "1"],
    ]);
  });

  test("see the same input, and conflicting rewrites are reported", async () => {
    const seen: unknown[] = [];
    const registry = new HookRegistry({ parallel: true });
    const rewriter = (command: string): HookMatcher<"PreToolUse"> => ({
      hooks: [
        async (input) => {
          seen.push(input.tool_input);
          return update({ command });
        },
      ],
    });
    registry.register("PreToolUse", [rewriter("one"), rewriter("two")]);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect(seen).toEqual([inputs.PreToolUse.tool_input, inputs.PreToolUse.tool_input]);
    expect(verdict).toMatchObject({
      input: { tool_input: { command: "two" } },
      diagnostics: [{ code: "rewrite-conflict" }],
    });
  });

  test("of the same identity run once", async () => {
    let calls = 0;
    const registry = new HookRegistry({ parallel: true });
    const same: HookMatcher = { identity: "command:x", hooks: [() => void calls++] };
    registry.register("PreToolUse", [same, { ...same, matcher: "Bash" }]);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect([calls, verdict.hooks[1]]).toMatchObject([1, { status: "skipped", reason: "duplicate" }]);
  });
});
