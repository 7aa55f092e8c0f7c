import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createNodeRegistry, type NodeContext, NodeResult, node } from "../../src/index.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps } from "../execution/flow-kit.ts";

const one = steps("\n  - { id: a, uses: test.node }\n");

function withRun(run: (context: NodeContext) => unknown) {
  return node({ name: "test.node", input: z.unknown(), run: (_input, context) => run(context) as never });
}

describe("a node", () => {
  test("knows the run, the step, the record and the attempt, and has a key that is the same for every try", async () => {
    const seen: unknown[] = [];
    const { run } = await runFlow(steps("\n  - { id: a, uses: test.node, loop: [x] }\n"), {
      nodes: [
        withRun(
          (context) =>
            void seen.push(context.flowName, context.stepId, context.recordId, context.attempt, context.idempotencyKey),
        ),
      ],
    });
    expect(seen).toEqual(["t", "a", "a[0]", 1, `${run.id}:a[0]`]);
  });

  test("keeps small things from run to run in its state", async () => {
    const counter = withRun(async ({ state }) => {
      const count = Number((await state.get("count")) ?? 0) + 1;
      await state.set("count", count);
      return count;
    });
    const engine = await createTestEngine({ nodes: [counter] });
    const flow = await flowOf(steps("\n  - { id: a, uses: test.node }\n  - { id: b, uses: test.node }\n"));
    await engine.run(flow);
    const { outputs } = await inspect(engine, await engine.run(flow));
    expect(outputs).toEqual({ a: 2, b: 2 });
  });

  test("reports progress and log lines into the events of the run", async () => {
    const speaking = withRun((context) => {
      context.progress(1, 3);
      context.log.info("hello", { n: 1 });
      context.log.info("odd", { f: () => {} });
    });
    const { run, engine } = await runFlow(one, { nodes: [speaking] });
    const events = await engine.store.events.read({ runId: run.id, types: ["step-progress", "log"] });
    expect(events.map((event) => event.data)).toMatchObject([
      { current: 1, total: 3 },
      { level: "info", message: "hello", fields: { n: 1 } },
      { level: "info", message: "odd" },
    ]);
  });

  test.each<[string, () => unknown, unknown]>([
    ["nothing", () => undefined, null],
    ["a plain value", () => [1, { a: null }], [1, { a: null }]],
    ["a promise", async () => "later", "later"],
    ["a result", () => new NodeResult({ status: "success", output: 5 }), 5],
  ])("may return %s", async (_title, run, output) => {
    expect((await runFlow(one, { nodes: [withRun(run)] })).outputs.a).toEqual(output);
  });

  test.each<[string, () => unknown, string]>([
    ["throws an error", () => Promise.reject(new Error("oops")), "node-failed"],
    ["throws a text", () => Promise.reject("oops"), "node-failed"],
    ["throws nothing at all", () => Promise.reject(undefined), "node-failed"],
    ["returns a function", () => () => {}, "invalid-result"],
    ["returns a failed result without an error", () => new NodeResult({ status: "failed" }), "node-failed"],
  ])("that %s fails its step with a sentence", async (_title, run, code) => {
    const { steps: records, run: ended } = await runFlow(one, { nodes: [withRun(run)] });
    expect(records[0]).toMatchObject({ status: "failed", error: { code } });
    expect(ended.error?.message).not.toContain("\n");
  });

  test("promises an output by its schema, and fails when it does not keep that", async () => {
    const output = z.object({ n: z.coerce.number() });
    const kept = { ...withRun(() => ({ n: "5", extra: 1 })), output };
    expect((await runFlow(one, { nodes: [kept] })).outputs.a).toEqual({ n: 5 });
    const broken = { ...withRun(() => ({ n: "five" })), output };
    const { steps: records } = await runFlow(one, { nodes: [broken] });
    expect(records[0]).toMatchObject({ error: { code: "invalid-result" }, output: { n: "five" } });
  });

  test("may check its input with any schema of the standard, an asynchronous one too", async () => {
    const own = node<{ n: number }>({
      name: "test.node",
      input: {
        "~standard": {
          version: 1,
          vendor: "own",
          validate: async (value) => {
            const n = (value as { n?: unknown }).n;
            return typeof n === "number"
              ? { value: { n: n + 1 } }
              : { issues: [{ message: "No number.", path: ["n"] }] };
          },
        },
      },
      run: ({ n }) => n,
    });
    expect(
      (await runFlow(steps("\n  - { id: a, uses: test.node, with: { n: 1 } }\n"), { nodes: [own] })).outputs.a,
    ).toBe(2);
    const { run } = await runFlow(one, { nodes: [own] });
    expect(run.error).toMatchObject({ code: "invalid-input" });
    expect(run.error?.message).toContain("n: no number");
  });

  test("leaves no program behind that it has started, and does not wait for one", async () => {
    const mark = `63.${process.pid}`;
    const begun = Date.now();
    const careless = withRun(async (context) => {
      const started = new Promise<void>((resolve) => {
        const argv = ["sh", "-c", `echo on; sleep ${mark}`] as const;
        void context.runChild({ argv: [...argv], onStdout: () => resolve() });
      });
      await started;
    });
    const { run } = await runFlow(one, { nodes: [careless] });
    expect(run.status).toBe("completed");
    expect(execFileSync("ps", ["-eo", "args="], { encoding: "utf8" })).not.toContain(`sleep ${mark}`);
    expect(Date.now() - begun).toBeLessThan(30_000);
  });

  test("that cannot be loaded fails its step, and only that", async () => {
    const registry = createNodeRegistry();
    const broken = {
      ...registry,
      find: (name: string) =>
        name === "data.set" ? Promise.reject(new Error("no such module\n at x")) : registry.find(name),
    };
    const {
      statuses,
      run,
      steps: records,
    } = await runFlow(
      steps(
        "\n  - { id: a, uses: data.set, continue_on_error: true }\n  - { id: b, uses: log.message, with: { message: x } }\n",
      ),
      { registry: broken },
    );
    expect(run.status).toBe("completed");
    expect(statuses).toEqual({ a: "failed", b: "completed" });
    expect(records[0]?.error?.message).toBe("Its node could not be loaded: no such module");
  });
});
