import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EventType, Json, Store } from "../../src/index.ts";
import { openDatabase } from "../../src/sqlite/index.ts";
import { bundle } from "../bundle.ts";
import { type Program, waitCount } from "../fixtures/program.ts";
import { sqliteHarness } from "./harness.ts";
import { programs } from "./programs.ts";
import { limited, newRun } from "./runs.ts";

const isSoak = process.env.PAWL_SOAK !== undefined;

describe("processes that are killed", () => {
  const harness = sqliteHarness();
  const children = new Set<ChildProcess>();
  let program: string;

  beforeAll(async () => {
    program = await bundle(join(import.meta.dirname, "..", "fixtures", "works-until-killed.ts"));
  });

  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await harness.reset();
  });

  afterAll(() => rmSync(dirname(program), { recursive: true }));

  const marksFile = () => `${harness.file()}.marks`;

  async function startWorker(failpoint = ""): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, harness.file(), marksFile(), failpoint], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    await once(child.stdout!, "data");
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async function startRun(
    store: Store,
    flow: Program,
    fields: Partial<ReturnType<typeof newRun>> = {},
  ): Promise<string> {
    const { runId } = await store.durability.start(newRun({ ...fields, inputs: { program: flow as never } }));
    for (let n = waitCount(flow); n > 0; n--) await store.durability.signal(runId, "go", n);
    return runId;
  }

  /** What is recorded of completed steps at this moment: it has to be the same for ever. */
  async function recordedOf(store: Store, ids: readonly string[], recorded = new Map<string, Json>()) {
    for (const id of ids) {
      for (const step of await store.durability.steps(id)) {
        if (step.status === "completed") recorded.set(`${id} ${step.id}`, step.output);
      }
    }
    return recorded;
  }

  /** Every run has ended well, and each step's record is of its last execution: none ran after it was recorded. */
  async function expectWhole(store: Store, ids: readonly string[], recorded: ReadonlyMap<string, Json>): Promise<void> {
    const lastMarks = new Map<string, string>();
    for (const line of existsSync(marksFile()) ? readFileSync(marksFile(), "utf8").split("\n") : []) {
      const [runId, recordId, mark] = line.split(" ");
      lastMarks.set(`${runId} ${recordId}`, mark!);
    }
    for (const id of ids) {
      const run = await store.durability.get(id);
      const steps = await store.durability.steps(id);
      expect(run).toMatchObject({ status: "completed", owner: undefined });
      expect(run!.outputs).toEqual(Object.fromEntries(steps.map((step) => [step.id, step.output])));
      for (const step of steps) {
        const key = `${id} ${step.id}`;
        expect([step.id, step.status, step.output]).toEqual([step.id, "completed", lastMarks.get(key)]);
        if (recorded.has(key)) expect(step.output).toBe(recorded.get(key));
      }
    }
    const database = openDatabase(harness.file());
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(database.prepare("SELECT count(*) AS n FROM runs WHERE admitted = 1 OR owner IS NOT NULL").get()).toEqual({
      n: 0,
    });
    database.close();
  }

  test("at random moments lose no run, and repeat no completed step", async () => {
    const store = await harness.open();
    const flows = fc.sample(programs, isSoak ? 200 : 24);
    const ids = [];
    for (const [index, flow] of flows.entries()) {
      const flowName = `flow-${index % 3}`;
      ids.push(await startRun(store, flow, { flow: flowName, ...(index % 3 === 0 ? limited(2) : {}) }));
    }
    const recorded = new Map<string, Json>();
    for (let round = 0; round < (isSoak ? 150 : 8); round++) {
      const workers = await Promise.all([startWorker(), startWorker()]);
      await delay(Math.random() * 40);
      await kill(workers[0]!);
      await delay(Math.random() * 10);
      await kill(workers[1]!);
      await recordedOf(store, ids, recorded);
    }
    expect(recorded.size).toBeGreaterThan(0);
    await startWorker();
    for (const id of ids) await store.durability.ended(id);
    await expectWhole(store, ids, recorded);
  }, 600_000);

  const flow: Program = [
    { kind: "step", failures: 1 },
    {
      kind: "branches",
      branches: [[{ kind: "step", failures: 0 }], [{ kind: "wait" }, { kind: "step", failures: 0 }]],
    },
    { kind: "sleep", ms: 300 },
    { kind: "step", failures: 2 },
  ];
  const failpoints: [EventType, number][] = [
    ["run-started", 1],
    ["step-started", 1],
    ["step-started", 3],
    ["step-attempt", 1],
    ["step-attempt", 3],
    ["step-ended", 1],
    ["step-ended", 3],
    ["step-ended", 4],
    ["run-waiting", 1],
    ["run-ended", 1],
  ];

  test.each(failpoints)("at %s number %i leave a run that the next process ends", async (type, count) => {
    const store = await harness.open();
    const first = await startWorker(`${type}:${count}`);
    const id = await startRun(store, flow);
    if (first.exitCode === null && first.signalCode === null) await once(first, "exit");
    expect(first.signalCode).toBe("SIGKILL");
    const recorded = await recordedOf(store, [id]);
    await startWorker();
    await store.durability.ended(id);
    await expectWhole(store, [id], recorded);
  });

  test("leave a waiting run that a living process wakes without waiting for a lease", async () => {
    const store = await harness.open();
    const lost = await startWorker();
    const waiting: Program = [{ kind: "step", failures: 0 }, { kind: "wait" }, { kind: "step", failures: 0 }];
    const { runId } = await store.durability.start(newRun({ inputs: { program: waiting as never } }));
    await expect.poll(async () => (await store.durability.get(runId))?.status, { timeout: 5_000 }).toBe("waiting");
    await startWorker();
    await kill(lost);
    const recorded = await recordedOf(store, [runId]);
    await store.durability.signal(runId, "go", 1);
    expect(await store.durability.ended(runId)).toMatchObject({ starts: 2 });
    await expectWhole(store, [runId], recorded);
  });
});
