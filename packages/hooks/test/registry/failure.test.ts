import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HookCallback, type HookMatcher, type HookOutput, HookRegistry, type Verdict } from "../../src/index.ts";
import { inputs } from "../inputs.ts";

const crash: HookCallback = () => {
  throw new Error("boom");
};
const never: HookCallback = () => new Promise(() => {});
const nonsense = (() => ({ decision: "maybe" })) as unknown as HookCallback;

async function run(matchers: readonly HookMatcher[], registry: HookRegistry = new HookRegistry()): Promise<Verdict> {
  registry.register("PreToolUse", matchers);
  return registry.run("PreToolUse", inputs.PreToolUse);
}

const failures: [string, Partial<HookMatcher>, string][] = [
  ["crashes", { hooks: [crash] }, "failed"],
  ["rejects", { hooks: [async () => Promise.reject(new Error("boom"))] }, "failed"],
  ["rejects with nothing", { hooks: [async () => Promise.reject()] }, "failed"],
  ["is late", { hooks: [never], timeoutMs: 5 }, "timeout"],
  ["talks nonsense", { hooks: [nonsense] }, "failed"],
  ["lacks what it requires", { hooks: [() => {}], requires: { bins: ["no-such-program-here"] } }, "skipped"],
  [
    "is not trusted",
    { hooks: [], unavailable: { status: "skipped", reason: "untrusted", detail: "changed" } },
    "skipped",
  ],
  ["cannot be read", { hooks: [], unavailable: { status: "failed", detail: "invalid TOML" } }, "failed"],
];

describe("a hook that gives no answer", () => {
  test.each(failures)(
    "because it %s changes nothing by default, and the next hook runs",
    async (_, matcher, status) => {
      const verdict = await run([
        { name: "guard", hooks: [], ...matcher },
        { name: "next", hooks: [() => {}] },
      ]);
      expect(verdict).toMatchObject({ blocked: false, decision: "none" });
      expect(verdict.hooks).toMatchObject([{ name: "guard", status, detail: expect.any(String) }, { status: "ok" }]);
    },
  );

  test.each(failures)("because it %s blocks when it is a guard, and says why", async (_, matcher, status) => {
    const verdict = await run([{ name: "guard", hooks: [], ...matcher, onFailure: "block" }]);
    expect(verdict).toMatchObject({ blocked: true, decision: "deny", reason: expect.stringContaining("guard") });
    expect(verdict.hooks).toMatchObject([{ status }]);
  });

  test("because its breaker is open blocks when it is a guard", async () => {
    const registry = new HookRegistry();
    registry.register("PreToolUse", [{ name: "guard", hooks: [crash], onFailure: "block" }]);
    for (let i = 0; i < 5; i++) await registry.run("PreToolUse", inputs.PreToolUse);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect(verdict).toMatchObject({ blocked: true, hooks: [{ reason: "breaker-open" }] });
    expect(registry.status("guard").state).toBe("open");
  });

  test("because it is disabled does not block", async () => {
    const unavailable = { status: "skipped", reason: "disabled", detail: "enabled = false" } as const;
    expect(await run([{ name: "guard", hooks: [], unavailable, onFailure: "block" }])).toMatchObject({
      blocked: false,
      hooks: [{ reason: "disabled" }],
    });
  });

  test("because its caller gave up blocks when it is a guard, and its signal is aborted", async () => {
    const registry = new HookRegistry();
    let signal: AbortSignal | undefined;
    const hook: HookCallback = (_input, _id, given) => {
      signal = given;
      return new Promise(() => {});
    };
    registry.register("PreToolUse", [{ name: "guard", hooks: [hook], onFailure: "block" }]);
    const caller = new AbortController();
    const running = registry.run("PreToolUse", inputs.PreToolUse, { signal: caller.signal });
    caller.abort(new Error("gone"));
    expect(await running).toMatchObject({ blocked: true, hooks: [{ status: "cancelled" }] });
    expect(signal?.aborted).toBe(true);
  });

  test("does not keep an agent going where a block means that", async () => {
    const registry = new HookRegistry();
    registry.register("Stop", [{ name: "guard", hooks: [crash], onFailure: "block" }]);
    expect(await registry.run("Stop", inputs.Stop)).toMatchObject({ blocked: false, hooks: [{ status: "failed" }] });
  });

  test("does not block what can only be observed", async () => {
    const registry = new HookRegistry();
    registry.register("SessionEnd", [{ hooks: [crash], onFailure: "block" }]);
    expect(await registry.run("SessionEnd", inputs.SessionEnd)).toMatchObject({ blocked: false });
  });

  test("has its signal aborted when its time is up", async () => {
    let signal: AbortSignal | undefined;
    const hook: HookCallback = (_input, _id, given) => {
      signal = given;
      return new Promise(() => {});
    };
    await run([{ hooks: [hook], timeoutMs: 5 }]);
    expect(signal?.reason).toMatchObject({ name: "TimeoutError" });
  });

  test("counts for the breaker by name; hooks without a name have none", async () => {
    const registry = new HookRegistry();
    registry.register("PreToolUse", [{ name: "named", hooks: [nonsense] }, { hooks: [crash] }]);
    for (let i = 0; i < 6; i++) await registry.run("PreToolUse", inputs.PreToolUse);
    const verdict = await registry.run("PreToolUse", inputs.PreToolUse);
    expect(verdict.hooks).toMatchObject([{ reason: "breaker-open" }, { status: "failed" }]);
  });
});

describe("a block by one hook", () => {
  const harmless = fc.constantFrom<Omit<HookMatcher, "name">>(
    { hooks: [() => {}] },
    { hooks: [async () => ({})] },
    { hooks: [crash] },
    { hooks: [async () => Promise.reject(new Error("boom"))] },
    { hooks: [nonsense] },
    { hooks: [never], timeoutMs: 1 },
    { hooks: [() => ({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow" } })] },
    { hooks: [() => ({ hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: { command: "x" } } })] },
    { hooks: [() => ({ async: true })] },
    { hooks: [() => {}], requires: { env: ["NO_SUCH_VARIABLE_HERE"] } },
    { hooks: [() => ({ decision: "approve" })] },
  );

  test.each([false, true])("survives any number of no-ops, rewrites and crashes (at once: %s)", async (parallel) => {
    const block: HookOutput = { decision: "block", reason: "never" };
    await fc.assert(
      fc.asyncProperty(fc.array(harmless), fc.array(harmless), fc.boolean(), async (before, after, isAsync) => {
        const guard: HookMatcher = { name: "guard", hooks: [isAsync ? async () => block : () => block] };
        const verdict = await run([...before, guard, ...after], new HookRegistry({ parallel }));
        expect(verdict).toMatchObject({ blocked: true, decision: "deny", reason: "never" });
        expect(verdict.hooks).toHaveLength(before.length + 1 + after.length);
      }),
      { numRuns: 60 },
    );
  });
});
