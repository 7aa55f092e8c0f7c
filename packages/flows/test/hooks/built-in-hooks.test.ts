import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createAuditHook } from "../../src/hooks/audit.ts";
import { createStepMetrics } from "../../src/hooks/step-metrics.ts";
import { type NodeResult, node, type StepExecutionHook } from "../../src/index.ts";
import { fakeClock } from "../durability/fake-clock.ts";
import {
  createTestEngine,
  flowOf,
  inspect,
  openStore,
  runFlow,
  steps,
  temporaryProject,
} from "../execution/flow-kit.ts";

/** A node that counts how often it really ran. */
function counting() {
  const state = { runs: 0 };
  const definition = node({
    name: "test.count",
    input: z.record(z.string(), z.unknown()),
    run: () => ({ run: ++state.runs }),
  });
  return { state, definition };
}

describe("the result cache", () => {
  const cached = (cache: string, input: string) =>
    flowOf(
      steps(`
  - { id: a, uses: test.count, cache: ${cache}, with: ${input} }
`),
    );

  test("answers the same inputs from what an earlier run stored, also in a later process", async () => {
    const projectDir = temporaryProject();
    const { state, definition } = counting();
    const first = await createTestEngine({ projectDir, kind: "sqlite", nodes: [definition] });
    await first.run(await cached("true", "{ x: 1, y: 2 }"));
    await first.store.close();
    const second = await createTestEngine({ projectDir, kind: "sqlite", nodes: [definition] });
    const { steps: records } = await inspect(second, await second.run(await cached("true", "{ y: 2, x: 1 }")));
    expect(state.runs).toBe(1);
    expect(records[0]).toMatchObject({ output: { run: 1 }, reason: "answered by cache", hooks: [{ name: "cache" }] });
  });

  test("tells inputs, nodes, versions and chosen keys apart", async () => {
    const { state, definition } = counting();
    const engine = await createTestEngine({ nodes: [definition] });
    await engine.run(await cached("true", "{ x: 1 }"));
    await engine.run(await cached("true", "{ x: 2 }"));
    expect(state.runs).toBe(2);
    await engine.run(await cached("{ key: same }", "{ x: 3 }"));
    await engine.run(await cached("{ key: same }", "{ x: 4 }"));
    expect(state.runs).toBe(3);
    const newer = await createTestEngine({ store: engine.store, nodes: [{ ...definition, version: "2" }] });
    await newer.run(await cached("true", "{ x: 1 }"));
    expect(state.runs).toBe(4);
  });

  test("forgets after its ttl, and does not keep failures", async () => {
    const { state, definition } = counting();
    const clock = fakeClock();
    const store = await openStore("memory", temporaryProject(), clock);
    const engine = await createTestEngine({ nodes: [definition], store, clock });
    await engine.run(await cached("{ ttl: 1h }", "{ x: 1 }"));
    clock.jump(3_599_999);
    await engine.run(await cached("{ ttl: 1h }", "{ x: 1 }"));
    expect(state.runs).toBe(1);
    clock.jump(1);
    await engine.run(await cached("{ ttl: 1h }", "{ x: 1 }"));
    expect(state.runs).toBe(2);
    let tries = 0;
    const flaky = node({
      name: "test.flaky",
      input: z.unknown(),
      run() {
        tries += 1;
        throw new Error("no");
      },
    });
    const other = await createTestEngine({ nodes: [flaky] });
    const flow = await flowOf(steps("\n  - { id: a, uses: test.flaky, cache: true }\n"));
    await other.run(flow);
    await other.run(flow);
    expect(tries).toBe(2);
  });

  test("leaves steps without `cache` alone", async () => {
    const { state, definition } = counting();
    const engine = await createTestEngine({ nodes: [definition] });
    const flow = await flowOf(steps("\n  - { id: a, uses: test.count }\n"));
    await engine.run(flow);
    await engine.run(flow);
    expect(state.runs).toBe(2);
  });

  test("lets a user's hook of the same kind come first", async () => {
    const { state, definition } = counting();
    const own: StepExecutionHook = {
      name: "mine",
      beforeExecute: () => ({ status: "success", output: "mine" }) as NodeResult,
    };
    const { outputs } = await runFlow(steps("\n  - { id: a, uses: test.count, cache: true }\n"), {
      nodes: [definition],
      hooks: [own],
    });
    expect(outputs.a).toBe("mine");
    expect(state.runs).toBe(0);
  });
});

describe("the audit", () => {
  test("writes one line for each step: who, what, when, how long, with what result", async () => {
    const projectDir = temporaryProject();
    const auditFile = join(projectDir, "log", "audit.ndjson");
    const { run } = await runFlow(
      steps(`
  - { id: a, uses: data.set, loop: [1] }
  - { id: b, uses: assert.that, with: { condition: false } }
`),
      { projectDir, auditFile },
    );
    const lines = readFileSync(auditFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      flow: "t",
      run: run.id,
      step: "a",
      record: "a[0]",
      node: "data.set",
      status: "success",
      attempts: 1,
    });
    expect(lines[1]).toMatchObject({ step: "b", status: "failed", error: "assertion-failed" });
    expect(Date.parse(lines[0].time)).toBeGreaterThan(0);
    expect(lines[0].user).toBeTruthy();
    expect(lines[0].duration_ms).toBeGreaterThanOrEqual(0);
  });

  test("is chosen by a flow by name", async () => {
    const projectDir = temporaryProject();
    await runFlow(steps("\n  - { id: a, uses: data.set }\n").replace("name: t", "name: t\nhooks: [audit]"), {
      projectDir,
    });
    expect(readFileSync(join(projectDir, ".pawl", "audit.ndjson"), "utf8")).toContain('"step":"a"');
  });

  test("puts a long file aside", async () => {
    const file = join(temporaryProject(), "audit");
    writeFileSync(file, `${"x".repeat(1_000)}\n`);
    const { hook } = createAuditHook({ file, maxBytes: 1_000 });
    const { run } = await runFlow(steps("\n  - { id: a, uses: data.set }\n"), { hooks: [hook] });
    expect(readFileSync(`${file}.1`, "utf8")).toHaveLength(1_001);
    expect(readFileSync(file, "utf8")).toContain(run.id);
  });
});

describe("the metrics", () => {
  test("count steps by status and the id in the file, and write what Prometheus reads", async () => {
    const { engine } = await runFlow(
      steps(`
  - { id: each, uses: data.set, loop: [1, 2, 3] }
  - { id: bad, uses: assert.that, with: { condition: false } }
`),
    );
    const text = engine.metrics.text();
    expect(text).toContain('pawl_step_runs_total{flow="t",step="each",status="success"} 3');
    expect(text).toContain('pawl_step_runs_total{flow="t",step="bad",status="failed"} 1');
    expect(text).toContain("# TYPE pawl_step_duration_seconds histogram");
    expect(text).toContain('pawl_step_duration_seconds_count{flow="t",step="each"} 3');
  });

  test("have buckets that add up, and quote what needs it", () => {
    const metrics = createStepMetrics();
    metrics.observe({ flow: 'a"b\\c\nd', step: "s" }, "success", 0.002);
    metrics.observe({ flow: 'a"b\\c\nd', step: "s" }, "success", 9_999);
    const text = metrics.text();
    expect(text).toContain('flow="a\\"b\\\\c\\nd"');
    expect(text).toMatch(/_bucket\{.*le="0.001"\} 0/);
    expect(text).toMatch(/_bucket\{.*le="0.005"\} 1/);
    expect(text).toMatch(/_bucket\{.*le="1800"\} 1/);
    expect(text).toMatch(/_bucket\{.*le="\+Inf"\} 2/);
  });
});
