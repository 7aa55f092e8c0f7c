import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { type Engine, type NewEvent, node, RunNotFoundError, RunOwnedError } from "../../src/index.ts";
import { fakeClock } from "../durability/fake-clock.ts";
import {
  createTestEngine,
  flowOf,
  inspect,
  openStore,
  steps,
  storeKinds,
  temporaryProject,
} from "../execution/flow-kit.ts";
import { SkippingClock } from "../execution/skipping-clock.ts";

/** Resolves with the first event that fits. */
function eventOf(engine: Engine, fits: (event: NewEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = engine.store.events.subscribe((event) => {
      if (!fits(event)) return;
      stop();
      resolve();
    });
  });
}

describe.each(storeKinds)("a worker that is closed, on the %s store", (kind) => {
  test("gives its run back; another goes on with it: what was recorded stays, what was cut off runs again", async () => {
    const projectDir = temporaryProject();
    const engine = await createTestEngine({ kind, projectDir });
    const flow = await flowOf(`
name: t
steps:
  - { id: a, uses: shell.run, with: { shell: true, command: "echo a >> marks" } }
  - { id: b, uses: shell.run, with: { shell: true, command: "echo b >> marks; if [ -e again ]; then exit; fi; touch again; sleep 60" } }
  - { id: read, uses: file.read, with: { path: marks } }
finally:
  - { id: clean, uses: shell.run, with: { shell: true, command: "echo clean >> marks" } }
`);
    const { runId } = await engine.start(flow);
    const second = eventOf(engine, (event) => event.type === "step-started" && event.recordId === "b");
    const worker = engine.work();
    await second;
    await vi.waitUntil(() => existsSync(join(projectDir, "again")), { timeout: 10_000 });
    await worker.close(0);
    expect((await engine.store.durability.get(runId))?.status).toBe("queued");
    const { run, statuses, outputs, steps: records } = await inspect(engine, await engine.resume(runId));
    expect(run).toMatchObject({ status: "completed", starts: 2 });
    expect(statuses).toEqual({ a: "completed", b: "completed", read: "completed", clean: "completed" });
    // A shutdown is no end: finally has not run. The attempt that it cut off is one, and says so.
    expect(outputs.read).toBe("a\nb\nb\n");
    expect(records[1]?.attempts.map(({ number, error }) => [number, error?.code])).toEqual([
      [1, "cut-off"],
      [2, undefined],
    ]);
  });

  test("leaves the attempts of a step as they are: the next one goes on counting, after what is left of its delay", async () => {
    const calls: number[] = [];
    const flaky = node({
      name: "test.flaky",
      input: z.unknown(),
      run(_input, context) {
        calls.push(context.attempt);
        if (calls.length < 3) throw new Error("again");
        return "mended";
      },
    });
    const store = await openStore(kind, temporaryProject());
    const flow = await flowOf(
      steps(
        "\n  - { id: a, uses: test.flaky, retry: { attempts: 3, initial_delay: 1h, max_delay: 10h, jitter: false } }\n",
      ),
    );
    const first = await createTestEngine({ store, nodes: [flaky] });
    const { runId } = await first.start(flow);
    const failed = eventOf(first, (event) => event.type === "step-attempt");
    const worker = first.work();
    await failed;
    await worker.close(0);
    const clock = new SkippingClock(Date.now() + 1_800_000);
    const second = await createTestEngine({ store, nodes: [flaky], clock });
    const { run, steps: records } = await inspect(second, await second.resume(runId));
    expect(run.status).toBe("completed");
    expect(calls).toEqual([1, 2, 3]);
    expect(records[0]?.attempts.map((attempt) => attempt.number)).toEqual([1, 2, 3]);
    expect(clock.slept[0]).toBeGreaterThan(1_700_000);
    expect(clock.slept[0]).toBeLessThanOrEqual(1_800_000);
    expect(clock.slept[1]).toBe(7_200_000);
  });

  test("lets a pause go on where it was", async () => {
    const projectDir = temporaryProject();
    const clock = fakeClock();
    const engine = await createTestEngine({ projectDir, clock, store: await openStore(kind, projectDir, clock) });
    const flow = await flowOf(steps("\n  - { id: w, uses: wait.for, with: { duration: 1h } }\n"));
    const { runId } = await engine.start(flow);
    const parked = eventOf(engine, (event) => event.type === "run-waiting");
    const worker = engine.work();
    await parked;
    await worker.close(0);
    clock.jump(1_800_000);
    const again = eventOf(engine, (event) => event.type === "run-waiting");
    const resumed = engine.resume(runId, { untilEnded: true });
    await again;
    // Half of the hour is over, and the other half is enough.
    clock.jump(1_799_000);
    expect((await engine.store.durability.get(runId))?.status).toBe("waiting");
    clock.jump(1_001);
    expect((await resumed).status).toBe("completed");
  });

  test("lets one that looks until a condition holds go on looking", async () => {
    const projectDir = temporaryProject();
    const clock = fakeClock(Date.parse("2026-01-01T08:00:00Z"));
    // Expressions ask the system for the time.
    const now = vi.spyOn(Date, "now").mockImplementation(() => clock.now());
    onTestFinished(() => now.mockRestore());
    const engine = await createTestEngine({ projectDir, clock, store: await openStore(kind, projectDir, clock) });
    const until = "${{ now() >= timestamp('2026-01-01T08:02:30Z') }}";
    const flow = await flowOf(steps(`\n  - { id: w, uses: wait.for, with: { until: "${until}", every: 1m } }\n`));
    const { runId } = await engine.start(flow);
    const parked = eventOf(engine, (event) => event.type === "run-waiting");
    const worker = engine.work();
    await parked;
    await worker.close(0);
    clock.jump(70_000);
    let hasEnded = false;
    const resumed = engine.resume(runId, { untilEnded: true }).finally(() => {
      hasEnded = true;
    });
    for (; !hasEnded; clock.jump(100)) await new Promise((resolve) => setImmediate(resolve));
    const { run, outputs } = await inspect(engine, await resumed);
    expect(run).toMatchObject({ status: "completed", starts: 2 });
    const { resumed_at: resumedAt } = outputs.w as { resumed_at: string };
    expect(Date.parse(resumedAt)).toBeGreaterThanOrEqual(Date.parse("2026-01-01T08:02:30Z"));
  });

  test("keeps the definition that a run began with", async () => {
    const engine = await createTestEngine({ kind });
    const flow = await flowOf(
      steps('\n  - { id: a, uses: data.set, approval: true, with: { v: "old ${{ inputs.x }}" } }\n').replace(
        "name: t",
        "name: t\ninputs: { x: { type: string, default: one } }",
      ),
    );
    const waiting = await engine.run(flow);
    await engine.store.durability.signal(waiting.id, "approval:a", { decision: "approve" });
    // An engine that has never seen the flow.
    const other = await createTestEngine({ store: engine.store });
    const { outputs } = await inspect(other, await other.resume(waiting.id));
    expect(outputs.a).toEqual({ v: "old one" });
  });
});

describe("resuming", () => {
  test("gives a run that has ended as it is, and says when there is none or another has it", async () => {
    const engine = await createTestEngine();
    const flow = await flowOf(steps("\n  - { id: a, uses: shell.run, with: { command: sleep 60 } }\n"));
    await expect(engine.resume("nothing")).rejects.toThrow(RunNotFoundError);
    const controller = new AbortController();
    const running = engine.run(flow, { signal: controller.signal });
    await eventOf(engine, (event) => event.type === "step-started");
    const [run] = await engine.store.durability.list();
    await expect(engine.resume(run!.id)).rejects.toThrow(RunOwnedError);
    controller.abort(new Error("enough"));
    await running;
    expect((await engine.resume(run!.id)).status).toBe("cancelled");
  });
});

describe("a node that suspends its step", () => {
  test("gets its output from outside, by the name of its record", async () => {
    const { NodeResult, inputSignal } = await import("../../src/index.ts");
    const ask = node({
      name: "test.ask",
      input: z.unknown(),
      run: () => new NodeResult({ status: "suspended", output: "How many?" }),
    });
    const engine = await createTestEngine({ nodes: [ask] });
    const waiting = await engine.run(await flowOf(steps("\n  - { id: a, uses: test.ask }\n")));
    expect(waiting.status).toBe("waiting");
    const events = await engine.store.events.read({ runId: waiting.id, types: ["run-waiting"] });
    expect(events.find((event) => event.recordId === "a")?.data).toMatchObject({ kind: "input", message: "How many?" });
    await engine.store.durability.signal(waiting.id, inputSignal("a"), 42);
    const { outputs } = await inspect(engine, await engine.resume(waiting.id));
    expect(outputs.a).toBe(42);
  });
});

describe("a cancelled run", () => {
  test("gives its finally steps time of their own, pauses included", async () => {
    const engine = await createTestEngine();
    const flow = await flowOf(`
name: t
steps: [{ id: a, uses: shell.run, with: { command: sleep 60 } }]
finally:
  - { id: pause, uses: wait.for, with: { duration: 20ms } }
  - { id: clean, uses: data.set }
`);
    const controller = new AbortController();
    const running = engine.run(flow, { signal: controller.signal });
    await eventOf(engine, (event) => event.type === "step-started");
    controller.abort(new Error("enough"));
    const { run, statuses } = await inspect(engine, await running);
    expect(run.status).toBe("cancelled");
    expect(statuses).toEqual({ a: "cancelled", pause: "completed", clean: "completed" });
  });

  test("ends its finally steps after a minute, because nobody can cancel it a second time", async () => {
    const hang = node({
      name: "test.hang",
      input: z.unknown(),
      run: (_input, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const clock = fakeClock();
    const engine = await createTestEngine({ clock, nodes: [hang] });
    const flow = await flowOf(`
name: t
steps: [{ id: a, uses: test.hang }]
finally: [{ id: clean, uses: test.hang }, { id: late, uses: data.set }]
`);
    const controller = new AbortController();
    const cleaning = eventOf(engine, (event) => event.type === "step-started" && event.recordId === "clean");
    const begun = eventOf(engine, (event) => event.type === "step-started" && event.recordId === "a");
    const running = engine.run(flow, { signal: controller.signal });
    await begun;
    controller.abort(new Error("enough"));
    await cleaning;
    const [cancelled] = await engine.store.durability.list();
    const ended = eventOf(engine, (event) => event.type === "step-ended" && event.recordId === "clean");
    clock.jump(59_999);
    expect((await engine.store.durability.get(cancelled!.id))?.endedAt).toBeUndefined();
    clock.jump(1);
    await ended;
    const { run, statuses, steps: records } = await inspect(engine, await running);
    expect(run).toMatchObject({ status: "cancelled", error: { code: "cancelled" } });
    expect(statuses).not.toHaveProperty("late");
    expect(records.at(-1)).toMatchObject({ id: "clean", error: { code: "timeout" } });
  });

  test("is one, too, when the cancel comes in its finally", async () => {
    const engine = await createTestEngine();
    const flow = await flowOf(`
name: t
steps: [{ id: a, uses: data.set }]
finally: [{ id: clean, uses: shell.run, with: { command: sleep 60 } }]
`);
    const controller = new AbortController();
    const running = engine.run(flow, { signal: controller.signal });
    await eventOf(engine, (event) => event.type === "step-started" && event.recordId === "clean");
    controller.abort(new Error("enough"));
    const { run, statuses } = await inspect(engine, await running);
    expect(run.status).toBe("cancelled");
    expect(statuses).toEqual({ a: "completed", clean: "cancelled" });
  });
});
