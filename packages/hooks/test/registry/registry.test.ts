import { afterEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import type { PreToolUseInput } from "../../src/events/input.ts";
import { hookEvents } from "../../src/events/names.ts";
import {
  type HookCallback,
  HookCallbackMatcher,
  HookEvent,
  type HookMatcher,
  type HookOutput,
  HookRegistry,
  hookFn,
  toolName,
  type Verdict,
} from "../../src/index.ts";
import { inputOf, inputs } from "../inputs.ts";

const block: HookOutput = { decision: "block", reason: "never" };
const rewrite = (updatedInput: Record<string, unknown>): HookOutput => ({
  hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput },
});

function run(matchers: readonly HookMatcher[], fields: Record<string, unknown> = {}): Promise<Verdict> {
  const registry = new HookRegistry();
  registry.register("PreToolUse", matchers);
  return registry.run("PreToolUse", inputOf("PreToolUse", fields) as PreToolUseInput);
}

const statuses = (verdict: Verdict) => verdict.hooks.map(({ name, status, reason }) => [name, reason ?? status]);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("registering", () => {
  test("appends, and the undo takes away just that", async () => {
    const registry = new HookRegistry();
    registry.register("Stop", [{ name: "one", hooks: [() => {}] }]);
    const undo = registry.register("Stop", [{ name: "two", hooks: [() => {}] }]);
    expect(registry.get("Stop").map((matcher) => matcher.name)).toEqual(["one", "two"]);
    undo();
    expect(registry.get("Stop").map((matcher) => matcher.name)).toEqual(["one"]);
  });

  test("takes the builder form of the quick start", async () => {
    const seen: string[] = [];
    const registry = new HookRegistry();
    const logger = hookFn(async (input, _id, _signal) => {
      seen.push(toolName(input) ?? "unknown");
      return {};
    });
    const matcher = new HookCallbackMatcher([logger]).withName("bash-logger").withMatcher("Bash").withTimeout(30);
    registry.register(HookEvent.PostToolUse, [matcher]);
    await registry.run("PostToolUse", inputs.PostToolUse);
    await registry.run("PostToolUse", { ...inputs.PostToolUse, tool_name: "Read" });
    expect(seen).toEqual(["Bash"]);
    expect(matcher).toMatchObject({ name: "bash-logger", matcher: "Bash", timeoutMs: 30_000 });
  });

  test("refuses an event that does not exist, and names the nearest", () => {
    const registry = new HookRegistry();
    const wrong = "PreToolUs" as HookEvent;
    expect(() => registry.register(wrong, [])).toThrow(/PreToolUse/);
    expect(() => registry.register(wrong, [])).toThrow(expect.objectContaining({ code: "unknown-event" }));
  });

  test("refuses a matcher that cannot be used, and registers none of its neighbours", () => {
    const registry = new HookRegistry();
    const matchers = [{ hooks: [() => {}] }, { name: "bad", matcher: "(", source: "hooks.json:3", hooks: [() => {}] }];
    expect(() => registry.register("PreToolUse", matchers)).toThrow(
      expect.objectContaining({ code: "invalid-matcher", message: expect.stringContaining("hooks.json:3") }),
    );
    expect(registry.hasHooks("PreToolUse")).toBe(false);
  });

  test("refuses an if rule that cannot be read", () => {
    const registry = new HookRegistry();
    expect(() => registry.register("PreToolUse", [{ if: "Bash(", hooks: [() => {}] }])).toThrow(
      expect.objectContaining({ code: "invalid-rule" }),
    );
  });

  test("an empty list, or a matcher without hooks, is no hook", () => {
    const registry = new HookRegistry();
    registry.register("Stop", []);
    registry.register("Stop", [{ hooks: [] }]);
    expect(registry.hasHooks("Stop")).toBe(false);
  });

  test("merges another registry behind its own hooks, and can take it back", async () => {
    const order: string[] = [];
    const one = new HookRegistry();
    one.register("Stop", [{ hooks: [() => void order.push("one")] }]);
    const two = new HookRegistry();
    two.register("Stop", [{ hooks: [() => void order.push("two")] }]);
    const undo = one.merge(two);
    await one.run("Stop", inputs.Stop);
    undo();
    await one.run("Stop", inputs.Stop);
    expect(order).toEqual(["one", "two", "one"]);
  });

  test("hooks can be removed by name", () => {
    const registry = new HookRegistry();
    registry.register("Stop", [{ name: "a", hooks: [() => {}] }]);
    registry.register("PreToolUse", [{ name: "a", hooks: [() => {}] }]);
    expect([registry.remove("a"), registry.remove("a"), registry.hasHooks("Stop")]).toEqual([2, 0, false]);
  });

  test("gives a hook the input of its event", () => {
    new HookRegistry().register("PreToolUse", [
      { hooks: [(input) => expectTypeOf(input).toEqualTypeOf<PreToolUseInput>() as unknown as undefined] },
    ]);
  });
});

describe("running", () => {
  test("without hooks decides nothing", async () => {
    for (const event of hookEvents) {
      const verdict = await new HookRegistry().run(event, inputOf(event) as never);
      expect(verdict).toMatchObject({ event, decision: "none", blocked: false, continue: true, hooks: [] });
    }
  });

  test("gives each hook the input, the id of the tool call, and a signal", async () => {
    const hook = vi.fn((..._: unknown[]) => {});
    await run([{ hooks: [hook] }]);
    expect(hook).toHaveBeenCalledExactlyOnceWith(inputs.PreToolUse, "t1", expect.any(AbortSignal));
  });

  test("goes by priority, then by registration", async () => {
    const order: string[] = [];
    const hook = (name: string, priority?: number): HookMatcher => ({
      name,
      ...(priority === undefined ? {} : { priority }),
      hooks: [() => void order.push(name)],
    });
    await run([hook("a"), hook("low", -1), hook("high", 5), hook("b"), hook("high too", 5)]);
    expect(order).toEqual(["high", "high too", "a", "b", "low"]);
  });

  test("goes one after another, each hook seeing the input as rewritten so far", async () => {
    const seen: unknown[] = [];
    const second: HookCallback = (input) => {
      seen.push("tool_input" in input && input.tool_input);
      return rewrite({ command: "two" });
    };
    const verdict = await run([{ hooks: [async () => rewrite({ command: "one" })] }, { hooks: [second] }]);
    expect(seen).toEqual([{ command: "one" }]);
    expect(verdict).toMatchObject({
      input: { tool_input: { command: "two" } },
      originalInput: { tool_input: { command: "ls -l" } },
    });
  });

  test("stops at a block, and says of the rest that it was decided", async () => {
    const later = vi.fn();
    const verdict = await run([
      { name: "first", hooks: [() => {}] },
      { name: "guard", hooks: [async () => block] },
      { name: "later", hooks: [later] },
    ]);
    expect(later).not.toHaveBeenCalled();
    expect(statuses(verdict)).toEqual([
      ["first", "ok"],
      ["guard", "ok"],
      ["later", "decided"],
    ]);
    expect(verdict).toMatchObject({ blocked: true, reason: "never" });
  });

  test("reports the hooks whose matcher does not hold, with the reason", async () => {
    const verdict = await run([{ name: "other", matcher: "Write", hooks: [() => block] }]);
    expect(verdict.hooks).toMatchObject([{ name: "other", status: "skipped", reason: "no-match" }]);
    expect(verdict.hooks[0]!.detail).toContain("Write");
  });

  test("tests an if rule on the tool call", async () => {
    const guard: HookMatcher = { name: "git", if: "Bash(git *)", hooks: [() => block] };
    expect((await run([guard])).blocked).toBe(false);
    expect((await run([guard], { tool_input: { command: "true && git push" } })).blocked).toBe(true);
  });

  test("tests an if rule on the call as an earlier hook rewrote it", async () => {
    const verdict = await run([
      { hooks: [() => rewrite({ command: "git push" })] },
      { if: "Bash(git *)", hooks: [() => block] },
    ]);
    expect(verdict.blocked).toBe(true);
  });

  test("never runs a hook with an if rule on an event without a tool", async () => {
    const registry = new HookRegistry();
    registry.register("Stop", [{ name: "git", if: "Bash(git *)", hooks: [() => block] }]);
    const verdict = await registry.run("Stop", inputs.Stop);
    expect(verdict).toMatchObject({ blocked: false, hooks: [{ reason: "no-match" }] });
  });

  test("writes the event's name into the input when the host left it out", async () => {
    const { hook_event_name: _, ...input } = inputs.SessionEnd;
    const verdict = await new HookRegistry().run("SessionEnd", input);
    expect(verdict.input.hook_event_name).toBe("SessionEnd");
  });

  test("warns of what in an output was probably not meant so", async () => {
    const hooks = [() => ({ hookSpecificOutput: { permissionDecision: "deny" } }) as HookOutput];
    const verdict = await run([{ name: "guard", hooks }]);
    expect(verdict).toMatchObject({ blocked: true, diagnostics: [{ code: "hook-event-name-missing" }] });
  });

  test("tells every verdict to who listens, whose own errors change nothing", async () => {
    const onVerdict = vi.fn(() => {
      throw new Error("listener");
    });
    const registry = new HookRegistry({ onVerdict });
    const verdict = await registry.run("Stop", inputs.Stop);
    expect(onVerdict).toHaveBeenCalledExactlyOnceWith(verdict);
  });
});

describe("a matcher on each event", () => {
  test.each([
    ["PostToolUseFailure", "Bash", "Write"],
    ["PermissionRequest", "Bash", "Write"],
    ["SessionStart", "startup", "resume"],
    ["SessionEnd", "other", "clear"],
    ["Setup", "init", "maintenance"],
    ["Notification", "idle", "permission"],
    ["SubagentStart", "Explore", "Plan"],
    ["SubagentStop", "Explore", "Plan"],
    ["PreCompact", "auto", "manual"],
    ["ConfigChange", "project_settings", "user_settings"],
  ] as const)("%s is tested on its own field: %s, not %s", async (event, fits, other) => {
    const registry = new HookRegistry();
    const called: string[] = [];
    registry.register(event, [
      { matcher: fits, hooks: [() => void called.push("fits")] },
      { matcher: other, hooks: [() => void called.push("other")] },
    ]);
    await registry.run(event, inputs[event] as never);
    expect(called).toEqual(["fits"]);
  });

  test("is tested on the last part of a changed file's path", async () => {
    const registry = new HookRegistry();
    registry.register("FileChanged", [{ name: "env", matcher: "\\.env$", hooks: [() => {}] }]);
    const verdict = await registry.run("FileChanged", inputOf("FileChanged", { file_path: "/x/.env" }) as never);
    expect(verdict.hooks).toMatchObject([{ status: "ok" }]);
  });

  test("does not hold when the field is missing, and the report says so", async () => {
    const registry = new HookRegistry();
    registry.register("SubagentStop", [{ matcher: "Explore", hooks: [() => {}] }]);
    const verdict = await registry.run("SubagentStop", inputOf("SubagentStop", { agent_type: undefined }) as never);
    expect(verdict.hooks).toMatchObject([{ reason: "no-match", detail: expect.stringContaining("agent_type") }]);
  });
});
