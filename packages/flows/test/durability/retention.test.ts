import { statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json, RunRecord, Store } from "../../src/index.ts";
import { fakeClock } from "./fake-clock.ts";
import { sqliteHarness } from "./harness.ts";
import { newRun, step } from "./runs.ts";

const dayMs = 86_400_000;

describe("retention", () => {
  const harness = sqliteHarness();
  let clock: ReturnType<typeof fakeClock>;
  let store: Store;

  beforeEach(async () => {
    clock = fakeClock();
    store = await harness.open({ clock, synchronous: "normal" });
    store.durability.work(async (run, scope) => {
      await step(scope, "a", () => run.inputs.output ?? null);
      store.events.append({ type: "log", runId: run.id, data: "x".repeat(200) });
      const isBad = run.inputs.bad === true;
      if (isBad) return { status: "failed", outputs: null, error: { code: "x", message: "bad" } };
      return { status: "completed", outputs: null };
    });
  });

  afterEach(() => harness.reset());

  async function runs(count: number, flow: string, inputs: { readonly [key: string]: Json } = {}): Promise<string[]> {
    const ids = [];
    for (let n = 0; n < count; n++) ids.push((await store.durability.start(newRun({ flow, inputs }))).runId);
    for (const id of ids) await store.durability.ended(id);
    return ids;
  }

  const idsOf = (list: readonly RunRecord[]) => list.map((run) => run.id).reverse();

  test("keeps the newest runs of each flow, as many as its rule says, and failed ones beside them", async () => {
    const few = await runs(5, "few");
    const many = await runs(5, "many");
    const failed = await runs(3, "few", { bad: true });
    expect(await store.prune({ runs: 4, flows: { few: { runs: 2 } } })).toEqual({ runs: 5 });
    expect(idsOf(await store.durability.list({ flow: "few" }))).toEqual([...few.slice(3), ...failed.slice(1)]);
    expect(idsOf(await store.durability.list({ flow: "many" }))).toEqual(many.slice(1));
  });

  test("keeps what ended within its days, failed runs longer, and what has not ended for ever", async () => {
    await runs(2, "f");
    const [failed] = await runs(1, "f", { bad: true });
    const waiting = await store.durability.start(newRun({ flow: "f" }), { here: true });
    clock.jump(31 * dayMs);
    const [fresh] = await runs(1, "f");
    expect(await store.prune()).toEqual({ runs: 2 });
    expect(idsOf(await store.durability.list())).toEqual([failed, waiting.runId, fresh]);
    clock.jump(60 * dayMs);
    await store.prune();
    expect(idsOf(await store.durability.list())).toEqual([waiting.runId]);
  });

  test("takes with a run all that belongs to it, and leaves nothing of it behind", async () => {
    const [runId] = await runs(1, "f");
    await store.durability.signal(runId!, "x", 1);
    store.events.append({ type: "project-changed" });
    await store.state.set("s", "old", 1, { expiresAt: clock.now() + 5 });
    await store.state.set("s", "kept", 2);
    clock.jump(31 * dayMs);
    await store.prune();
    expect(await store.durability.get(runId!)).toBeUndefined();
    expect(await store.durability.steps(runId!)).toEqual([]);
    expect(await store.events.read({})).toEqual([]);
    expect(await store.state.get("s", "kept")).toBe(2);
  });

  test("keeps the file bounded however many runs there have been", async () => {
    const size = () => statSync(harness.file()).size + statSync(`${harness.file()}-wal`).size;
    const round = async () => {
      await runs(300, "f", { output: "y".repeat(2_000) });
      await store.prune({ runs: 50 });
      return size();
    };
    const first = await round();
    await round();
    await round();
    expect(await round()).toBeLessThan(first * 1.3);
    expect(await store.durability.list({ limit: 1_000 })).toHaveLength(50);
  });
});
