import { describe, expect, test } from "vitest";
import { toRunReport } from "../../src/index.ts";
import { fakeClock } from "../durability/fake-clock.ts";
import {
  createTestEngine,
  flowOf,
  inspect,
  openStore,
  runFlow,
  steps,
  storeKinds,
  temporaryProject,
} from "../execution/flow-kit.ts";

describe.each(storeKinds)("an engine on the %s store", (kind) => {
  test("executes queued runs with a worker, many at once", async () => {
    const engine = await createTestEngine({ kind });
    const flow = await flowOf(
      steps('\n  - { id: a, uses: data.set, with: { n: "${{ trigger.payload }}" } }\n').replace(
        "name: t",
        "name: t\nconcurrency: { limit: 100 }",
      ),
    );
    const worker = engine.work();
    const started = await Promise.all(
      Array.from({ length: 50 }, (_, n) => engine.start(flow, { trigger: { payload: n } })),
    );
    const runs = await Promise.all(started.map(({ runId }) => engine.store.durability.ended(runId)));
    expect(runs.every((run) => run.status === "completed")).toBe(true);
    const outputs = await Promise.all(
      runs.map(async (run) => (await engine.store.durability.steps(run.id))[0]?.output),
    );
    expect(outputs).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })));
    await worker.close();
  });

  test("starts one run for one idempotency key", async () => {
    const engine = await createTestEngine({ kind });
    const flow = await flowOf(steps("\n  - { id: a, uses: data.set }\n"));
    const first = await engine.start(flow, { idempotencyKey: "k" });
    const second = await engine.start(flow, { idempotencyKey: "k" });
    expect(second).toMatchObject({ runId: first.runId, created: false });
  });

  test("hands a run that waits for approval back, and resumes it with the decision: the step's own action runs", async () => {
    const engine = await createTestEngine({ kind });
    const flow = await flowOf(
      steps(`
  - { id: ask, uses: file.append, approval: { message: "Deploy?", approvers: [me] }, with: { path: deployed, content: x } }
  - { id: read, uses: file.read, with: { path: deployed } }
`),
    );
    const waiting = await engine.run(flow);
    expect(waiting.status).toBe("waiting");
    expect((await engine.store.durability.steps(waiting.id))[0]).toMatchObject({ id: "ask", status: "waiting" });
    const [asked] = (await engine.store.events.read({ runId: waiting.id, types: ["run-waiting"] })).filter(
      (event) => event.recordId,
    );
    expect(asked).toMatchObject({ recordId: "ask", data: { kind: "approval", message: "Deploy?", approvers: ["me"] } });
    await engine.store.durability.signal(waiting.id, "approval:ask", { decision: "approve", by: "me" });
    const { run, outputs, statuses } = await inspect(engine, await engine.resume(waiting.id));
    expect(run.status).toBe("completed");
    expect(statuses).toEqual({ ask: "completed", read: "completed" });
    expect(outputs.read).toBe("x");
  });

  test("asks for approval of each item of a loop, and of a group as a whole", async () => {
    const engine = await createTestEngine({ kind });
    const flow = await flowOf(
      steps(`
  - { id: l, loop: [1, 2], approval: true, uses: data.set, with: { n: "\${{ item }}" } }
  - id: g
    approval: true
    steps: [{ id: a, uses: data.set }]
`),
    );
    let run = await engine.run(flow);
    for (const record of ["l[0]", "l[1]", "g"]) {
      expect(run.status).toBe("waiting");
      await engine.store.durability.signal(run.id, `approval:${record}`, { decision: "approve" });
      run = await engine.resume(run.id);
    }
    expect(run.status).toBe("completed");
    expect((await inspect(engine, run)).statuses).toEqual({
      "l[0]": "completed",
      "l[1]": "completed",
      "g.a": "completed",
      g: "completed",
    });
  });

  test("fails a rejected step with the reason that was given", async () => {
    const engine = await createTestEngine({ kind });
    const waiting = await engine.run(await flowOf(steps("\n  - { id: a, uses: data.set, approval: true }\n")));
    await engine.store.durability.signal(waiting.id, "approval:a", {
      decision: "reject",
      by: "eve",
      comment: "too late",
    });
    const { run, statuses } = await inspect(engine, await engine.resume(waiting.id));
    expect(statuses).toEqual({ a: "failed" });
    expect(run.error).toEqual({ code: "rejected", message: 'Step "a" failed: Rejected by eve: too late' });
  });

  test("pauses for wait.for, and goes on by itself", async () => {
    const begun = Date.now();
    const { run, outputs } = await runFlow(
      steps(`
  - { id: w, uses: wait.for, with: { duration: 150ms } }
  - { id: after, uses: data.set }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(Date.now() - begun).toBeGreaterThanOrEqual(150);
    expect(outputs.w).toEqual({ resumed_at: expect.any(String) });
  });
});

describe("an approval", () => {
  test("that nobody gives in time fails the step", async () => {
    const projectDir = temporaryProject();
    const clock = fakeClock();
    const engine = await createTestEngine({ projectDir, clock, store: await openStore("sqlite", projectDir, clock) });
    const flow = await flowOf(steps("\n  - { id: a, uses: data.set, approval: { expires: 1h } }\n"));
    const waiting = await engine.run(flow);
    expect(waiting.status).toBe("waiting");
    clock.jump(3_600_000);
    expect(await engine.resume(waiting.id)).toMatchObject({ status: "failed", error: { code: "approval-expired" } });
  });

  test("expires while the engine stays", async () => {
    const engine = await createTestEngine();
    const run = await engine.run(
      await flowOf(steps("\n  - { id: a, uses: data.set, approval: { expires: 50ms } }\n")),
      { untilEnded: true },
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "approval-expired" } });
  });

  test("is not waited for by a cancelled run", async () => {
    const engine = await createTestEngine();
    const controller = new AbortController();
    engine.store.events.subscribe((event) => event.type === "run-waiting" && controller.abort(new Error("enough")));
    const flow = await flowOf(steps("\n  - { id: a, uses: data.set, approval: true }\n"));
    const { run, statuses } = await inspect(
      engine,
      await engine.run(flow, { signal: controller.signal, untilEnded: true }),
    );
    expect(run.status).toBe("cancelled");
    expect(statuses).toEqual({ a: "cancelled" });
  });
});

describe("wait.for", () => {
  test("refuses what is no time", async () => {
    for (const input of ["{}", "{ duration: soon }", "{ until: tomorrow }", "{ duration: 1s, until: 5 }"]) {
      const { steps: records } = await runFlow(steps(`\n  - { id: w, uses: wait.for, with: ${input} }\n`));
      expect(records[0]).toMatchObject({ status: "failed", error: { code: "invalid-input" } });
    }
  });

  test("goes on at once for a moment that has passed", async () => {
    const { run } = await runFlow(steps("\n  - { id: w, uses: wait.for, with: { until: '2001-01-01T00:00:00Z' } }\n"));
    expect(run.status).toBe("completed");
  });
});

describe("a run report", () => {
  test("has the run, and its steps by record id", async () => {
    const { run, steps: records } = await runFlow(
      steps(`
  - { id: a, uses: data.set, loop: [1], with: { n: "\${{ item }}" } }
  - { id: s, uses: data.set, if: false }
  - { id: b, uses: assert.that, with: { condition: false, message: no } }
`),
    );
    const report = toRunReport(run, records);
    expect(report.run).toMatchObject({
      id: run.id,
      flow: "t",
      status: "failed",
      error: { code: "assertion-failed", message: 'Step "b" failed: no' },
      outputs: {},
    });
    expect(report.run.durationMs).toBeGreaterThanOrEqual(0);
    expect(report.steps.map(({ durationMs: _, ...step }) => step)).toEqual([
      { id: "a[0]", step: "a", status: "completed", output: { n: 1 }, attempts: 1 },
      { id: "s", step: "s", status: "skipped", output: null, attempts: 0, reason: "if is false" },
      {
        id: "b",
        step: "b",
        status: "failed",
        output: null,
        error: { code: "assertion-failed", message: "no" },
        attempts: 1,
      },
    ]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

test("now() of expressions is the engine's time, also where a run is queued", async () => {
  const clock = fakeClock(Date.UTC(2030, 0, 2));
  const step = '{ id: a, uses: data.set, with: { at: "${{ now() }}" } }';
  const lane = 'concurrency: { limit: 1, key: "${{ string(now()) }}" }';
  const engine = await createTestEngine({ clock });
  const flow = await flowOf(`name: t\n${lane}\nsteps:\n  - ${step}\n`);
  const { run, outputs } = await inspect(engine, await engine.run(flow));
  expect(run.status).toBe("completed");
  expect(JSON.stringify(outputs.a)).toContain("2030-01-02T00:00:00");
});
