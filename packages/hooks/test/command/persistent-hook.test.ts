import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createPersistentHook } from "../../src/command/index.ts";
import type { HookInputOf } from "../../src/events/input.ts";
import { HookRegistry } from "../../src/registry/registry.ts";
import { toolInput } from "./inputs.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "commands");
const fires = process.env.PAWL_SOAK ? 10_000 : 200;
const openAtOnce = 16;

describe("a persistent hook", () => {
  test(`in Python loses and mixes up none of ${fires} fires, with several open`, async () => {
    const reports: unknown[] = [];
    const hook = createPersistentHook({
      command: ["python3", "persistent-guard.py"],
      cwd: fixtures,
      onReport: (report) => reports.push(report),
    });
    onTestFinished(() => hook.close());
    const registry = new HookRegistry();
    registry.register("PreToolUse", [{ name: "guard", hooks: [hook.run], timeoutMs: 20_000, onFailure: "block" }]);
    let next = 0;
    let answered = 0;
    const lane = async (): Promise<void> => {
      while (next < fires) {
        const id = `t-${next++}`;
        const isBad = Number(id.slice(2)) % 3 === 0;
        const base = toolInput(isBad ? "rm -rf /" : "ls") as HookInputOf<"PreToolUse">;
        const verdict = await registry.run("PreToolUse", { ...base, tool_use_id: id });
        expect(verdict).toMatchObject(
          isBad ? { decision: "deny", reason: `no rm -rf: ${id}` } : { decision: "none", blocked: false },
        );
        answered++;
      }
    };
    await Promise.all(Array.from({ length: openAtOnce }, lane));
    expect(answered).toBe(fires);
    expect(reports).toEqual([]);
  }, 120_000);

  test("that is stuck is timed out by the guard, and answers again afterwards", async () => {
    const hook = createPersistentHook({ command: ["python3", "persistent.py"], cwd: fixtures, graceMs: 50 });
    onTestFinished(() => hook.close());
    const registry = new HookRegistry();
    registry.register("PreToolUse", [{ hooks: [hook.run], timeoutMs: 2_000 }]);
    const input = toolInput() as HookInputOf<"PreToolUse">;
    await registry.run("PreToolUse", input);
    const stuck = await registry.run("PreToolUse", { ...input, do: "hang" } as never);
    expect(stuck.hooks[0]).toMatchObject({ status: "timeout" });
    const after = await registry.run("PreToolUse", input);
    expect(after.hooks[0]).toMatchObject({ status: "ok" });
  });

  test("that prints what is no answer says so once, where nobody else listens", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const hook = createPersistentHook({ command: "python3 persistent.py", cwd: fixtures });
    onTestFinished(() => hook.close());
    const signal = new AbortController().signal;
    const input = { ...toolInput(), do: "garbage", value: 1 } as never;
    expect(await hook.run(input, undefined, signal)).toMatchObject({ echo: 1 });
    expect(await hook.run(input, undefined, signal)).toMatchObject({ echo: 1 });
    await new Promise(setImmediate);
    expect(warnings).toMatchObject([{ name: "PersistentHookWarning", code: "garbage-line" }]);
  });
});
