import { describe, expect, test } from "vitest";
import { HookRegistry } from "../../src/index.ts";
import { inputs } from "../inputs.ts";

function keepGoing(): HookRegistry {
  const registry = new HookRegistry();
  const hooks = [() => ({ decision: "block", reason: "more" }) as const];
  registry.register("Stop", [{ hooks }]);
  registry.register("SubagentStop", [{ hooks }]);
  return registry;
}

const stop = async (registry: HookRegistry, session_id = "s1") =>
  (await registry.run("Stop", { ...inputs.Stop, session_id })).blocked;

describe("an agent that hooks keep from stopping", () => {
  test("may stop after eight times in a row, and the verdict says why", async () => {
    const registry = keepGoing();
    for (let i = 0; i < 8; i++) expect(await stop(registry)).toBe(true);
    const verdict = await registry.run("Stop", inputs.Stop);
    expect(verdict).toMatchObject({ blocked: false, decision: "none", diagnostics: [{ code: "stop-block-cap" }] });
    expect(await stop(registry)).toBe(true);
  });

  test("is counted per session and per agent", async () => {
    const registry = keepGoing();
    for (let i = 0; i < 8; i++) await stop(registry);
    expect(await stop(registry, "s2")).toBe(true);
    expect((await registry.run("SubagentStop", inputs.SubagentStop)).blocked).toBe(true);
    expect(await stop(registry)).toBe(false);
  });

  test("is counted anew after it stopped by itself", async () => {
    const registry = new HookRegistry();
    let isMore = true;
    registry.register("Stop", [{ hooks: [() => (isMore ? { decision: "block" } : {})] }]);
    for (let i = 0; i < 8; i++) await stop(registry);
    isMore = false;
    await stop(registry);
    isMore = true;
    expect(await stop(registry)).toBe(true);
  });
});
