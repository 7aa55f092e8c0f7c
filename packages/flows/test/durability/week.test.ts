import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createStore } from "../../src/durability/sqlite-store.ts";
import { createEngine, type Engine, type Flow, pruneWhenDue, type Store } from "../../src/index.ts";
import { type Database, openDatabase } from "../../src/sqlite/index.ts";
import { flowOf, temporaryProject } from "../execution/flow-kit.ts";
import { fakeClock } from "./fake-clock.ts";

const isSoak = process.env.PAWL_SOAK === "1";
const totalRuns = isSoak ? 100_000 : 2_000;
/** What each flow keeps: a tenth of all runs, as 10 000 is of 100 000. */
const keptRuns = totalRuns / 10;
const weekMs = 7 * 86_400_000;
const hours = 7 * 24;
const openRuns = ["queued", "running", "waiting"] as const;

/** A polling flow that is most of the week, a report that sometimes fails, an order that waits for a person. */
const texts = [
  `name: poll
steps:
  - { id: get, uses: data.set, with: { body: "${"x".repeat(300)}", n: "\${{ vars.n }}" } }
  - { id: each, loop: [1, 2], uses: data.set, with: { v: "\${{ item }}" } }
`,
  `name: report
steps:
  - { id: check, uses: assert.that, with: { condition: "\${{ vars.n % 10 != 0 }}" } }
  - { id: say, uses: log.message, with: { message: "report \${{ vars.n }}" } }
`,
  `name: order
steps:
  - { id: gate, approval: true, uses: data.set }
`,
];

interface Look {
  readonly ms: number;
  readonly megabytes: number;
  readonly rows: number;
}

/** What `pawl status` and `pawl runs` ask of the store; the median of several times. */
async function look(store: Store, database: Database, file: string): Promise<Look> {
  const times: number[] = [];
  for (let n = 0; n < 15; n++) {
    const begun = performance.now();
    for (const flow of ["poll", "report", "order"]) await store.durability.list({ flow, limit: 1 });
    await store.durability.list({ status: openRuns, limit: 10_000 });
    await store.durability.list({ limit: 20 });
    await store.durability.list({ flow: "report", status: "failed", limit: 20 });
    times.push(performance.now() - begun);
  }
  const ms = times.sort((a, b) => a - b)[7]!;
  const rows = ["runs", "steps", "events", "waits", "signals", "definitions", "state"]
    .map((table) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n))
    .reduce((sum, n) => sum + n, 0);
  return { ms, megabytes: sizeOf(file), rows };
}

function sizeOf(file: string): number {
  return (statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0)) / 1e6;
}

/** The runs of one hour, some of them still open at its end. */
async function runHour(engine: Engine, flows: readonly Flow[], hour: number): Promise<void> {
  const count = Math.round((totalRuns * (hour + 1)) / hours) - Math.round((totalRuns * hour) / hours);
  const started = [];
  for (let n = 0; n < count; n++) {
    const flow = flows[n % 20 === 0 ? 2 : n % 5 === 0 ? 1 : 0]!;
    const { runId } = await engine.start(flow, { vars: { n }, trigger: { type: "interval", payload: { n } } });
    if (flow.name === "order") await engine.store.durability.signal(runId, "approval:gate", { decision: "approve" });
    started.push(runId);
  }
  for (const id of started) await engine.store.durability.ended(id);
}

test(`a week of ${totalRuns} runs leaves a database that is bounded, and status and runs as fast as at the start`, {
  timeout: isSoak ? 3_600_000 : 120_000,
}, async () => {
  const projectDir = temporaryProject();
  const file = join(projectDir, "pawl.db");
  const database = openDatabase(file, { synchronous: "normal" });
  const clock = fakeClock();
  const store = createStore(database, { clock });
  const engine = createEngine({ projectDir, store, clock, env: {} });
  const flows = await Promise.all(texts.map(flowOf));
  const retention = { runs: keptRuns, flows: { report: { runs: keptRuns / 10, days: 2 }, order: { days: 1 } } };
  const worker = engine.work();
  const looks: Look[] = [];
  for (let hour = 0; hour < hours; hour++) {
    await runHour(engine, flows, hour);
    clock.advance(weekMs / hours);
    await pruneWhenDue(store, () => retention, { everyMs: 3_600_000, now: clock.now() });
    if ((hour + 1) % 24 === 0) looks.push(await look(store, database, file));
  }
  await worker.close();
  const [first, last] = [looks[0]!, looks.at(-1)!];
  if (isSoak) console.log(JSON.stringify({ totalRuns, looks }, null, 2));
  // The first two days fill what is kept, failed runs too; from then on nothing grows.
  const full = looks[2]!;
  expect(last.rows).toBeLessThan(full.rows * 1.1);
  expect(last.megabytes).toBeLessThan(full.megabytes * 1.3);
  const kept = await Promise.all(flows.map(({ name }) => store.durability.list({ flow: name, limit: 10_000 })));
  expect(kept.map((runs) => runs.length)).toEqual([keptRuns, expect.any(Number), expect.any(Number)]);
  expect(await store.durability.list({ status: openRuns })).toEqual([]);
  // Work and not time is what must not grow; this only catches a look at everything.
  expect(last.ms).toBeLessThan(Math.max(first.ms, 1) * 10);
  await store.close();
});
