import { describe, expect, test } from "vitest";
import { z } from "zod";
import { approvalSignal } from "../../src/execution/records/approval.ts";
import {
  createEngine,
  createMemoryStore,
  type NodeContext,
  NodeError,
  NodeResult,
  node,
  type StepExecutionHook,
} from "../../src/index.ts";
import { openQuestions } from "../../src/questions/question.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps, temporaryProject } from "../execution/flow-kit.ts";

const one = steps("\n  - { id: a, uses: data.set, with: { n: 1 } }\n");
const failing = steps("\n  - { id: a, uses: assert.that, with: { condition: false, message: no } }\n");

/** Writes down when it is called. */
function tracer(name: string, calls: string[], more: Partial<StepExecutionHook> = {}): StepExecutionHook {
  return {
    name,
    beforeExecute: () => void calls.push(`before ${name}`),
    afterExecute: (_context, _step, result) => void calls.push(`after ${name} ${result.status}`),
    ...more,
  };
}

/** A node that counts its calls. */
function spyNode() {
  const spy = {
    calls: 0,
    definition: node({
      name: "test.spy",
      input: z.unknown(),
      run() {
        spy.calls += 1;
      },
    }),
  };
  return spy;
}

describe("step hooks", () => {
  test("run before in order and after in reverse", async () => {
    const calls: string[] = [];
    await runFlow(one, { hooks: [tracer("x", calls), tracer("y", calls)] });
    expect(calls).toEqual(["before x", "before y", "after y success", "after x success"]);
  });

  test("are ordered by priority, high first, then by registration", async () => {
    const calls: string[] = [];
    const hooks = [
      tracer("a", calls),
      tracer("b", calls, { priority: 5 }),
      tracer("c", calls),
      tracer("d", calls, { priority: -1 }),
    ];
    await runFlow(one, { hooks });
    expect(calls.slice(0, 4)).toEqual(["before b", "before a", "before c", "before d"]);
  });

  test("see the run, the flow, the step as written, and the resolved inputs", async () => {
    const seen: unknown[] = [];
    const hook: StepExecutionHook = {
      beforeExecute(context, step, inputs) {
        seen.push(
          context.flowName,
          context.runId.length,
          context.stepId,
          context.recordId,
          context.attempt,
          step.uses,
          inputs,
        );
      },
    };
    const text = steps(`
  - { id: l, uses: shell.run, loop: [x], with: { command: "echo \${{ item }}" } }
`);
    await runFlow(text, { hooks: [hook] });
    expect(seen).toEqual(["t", 26, "l", "l[0]", 1, "shell.run", { command: "echo x" }]);
  });

  test("share `metrics` with each other and with the node", async () => {
    const seen: unknown[] = [];
    const mark = node({
      name: "test.mark",
      input: z.unknown(),
      run(_input, context) {
        context.metrics.node = 2;
      },
    });
    const hook: StepExecutionHook = {
      beforeExecute(context) {
        context.metrics.hook = 1;
      },
      afterExecute: (context) => void seen.push(context.metrics),
    };
    await runFlow(steps("\n  - { id: a, uses: test.mark }\n"), { hooks: [hook], nodes: [mark] });
    expect(seen).toEqual([{ hook: 1, node: 2 }]);
  });

  test("meet every item of a loop, and no group", async () => {
    const met: string[] = [];
    const hook: StepExecutionHook = { afterExecute: (context) => void met.push(context.recordId) };
    await runFlow(
      steps(`
  - id: g
    steps: [{ id: each, loop: [1, 2], uses: data.set }]
  - { id: no, uses: data.set, if: false }
`),
      { hooks: [hook] },
    );
    expect(met).toEqual(["g.each[0]", "g.each[1]"]);
  });

  test("meet a step once, however often it is tried", async () => {
    const calls: string[] = [];
    let tries = 0;
    const flaky = node({
      name: "test.flaky",
      input: z.unknown(),
      run() {
        tries += 1;
        if (tries < 3) throw new Error("again");
        return tries;
      },
    });
    const attempts: number[] = [];
    const hook = tracer("x", calls, { afterExecute: (context) => void attempts.push(context.attempt) });
    await runFlow(steps("\n  - { id: a, uses: test.flaky, retry: { attempts: 3, initial_delay: 1ms } }\n"), {
      hooks: [hook],
      nodes: [flaky],
    });
    expect(calls).toEqual(["before x"]);
    expect(attempts).toEqual([3]);
  });

  test("run after a failure of the node, and may turn it into a success, and the other way round", async () => {
    const calls: string[] = [];
    const rescue: StepExecutionHook = {
      name: "rescue",
      afterExecute: (_c, _s, result) =>
        result.status === "failed" ? new NodeResult({ status: "success", output: "saved" }) : undefined,
    };
    const rescued = await runFlow(failing, { hooks: [tracer("x", calls), rescue] });
    expect(calls).toEqual(["before x", "after x success"]);
    expect(rescued.steps[0]).toMatchObject({ status: "completed", output: "saved", error: undefined });
    const veto: StepExecutionHook = {
      afterExecute: () => new NodeResult({ status: "failed", error: { code: "veto", message: "not this" } }),
    };
    const vetoed = await runFlow(one, { hooks: [veto] });
    expect(vetoed.steps[0]).toMatchObject({ status: "failed", error: { code: "veto" } });
  });

  test("run after wrong inputs", async () => {
    const calls: string[] = [];
    await runFlow(steps("\n  - { id: a, uses: log.message, with: { level: loud, message: x } }\n"), {
      hooks: [tracer("x", calls)],
    });
    expect(calls).toEqual(["before x", "after x failed"]);
  });

  test("skip the node and the hooks behind them by a result, and every hook that was reached has its after", async () => {
    const calls: string[] = [];
    const spy = spyNode();
    const answer = tracer("y", calls, {
      beforeExecute: () => new NodeResult({ status: "success", output: "from y" }),
    });
    const { steps: records } = await runFlow(steps("\n  - { id: a, uses: test.spy, retry: 3 }\n"), {
      hooks: [tracer("x", calls), answer, tracer("z", calls)],
      nodes: [spy.definition],
    });
    expect(spy.calls).toBe(0);
    expect(calls).toEqual(["before x", "after y success", "after x success"]);
    expect(records[0]).toMatchObject({
      output: "from y",
      reason: "answered by y",
      hooks: [{ name: "x" }, { name: "y" }],
    });
  });

  test("may answer with a plain object of the same shape", async () => {
    const hook = { name: "plain", beforeExecute: () => ({ status: "success", output: 7 }) as NodeResult };
    expect((await runFlow(one, { hooks: [hook] })).outputs.a).toBe(7);
  });

  test("may fail the step before it runs", async () => {
    const hook: StepExecutionHook = {
      beforeExecute: () => new NodeResult({ status: "failed", error: { code: "denied", message: "not today" } }),
    };
    const { run } = await runFlow(one, { hooks: [hook] });
    expect(run.error).toEqual({ code: "denied", message: 'Step "a" failed: not today' });
  });

  test("may keep a `this` with private fields", async () => {
    class Counter implements StepExecutionHook {
      #count = 0;
      afterExecute(): void {
        this.#count += 1;
      }
      get count(): number {
        return this.#count;
      }
    }
    const counter = new Counter();
    const { steps: records } = await runFlow(one, { hooks: [counter] });
    expect(counter.count).toBe(1);
    expect(records[0]?.hooks).toEqual([{ name: "Counter" }]);
  });
});

describe("a step hook in trouble", () => {
  const boom = () => {
    throw new Error("boom");
  };

  test.each(["beforeExecute", "afterExecute"] as const)(
    "in %s has no effect, and is logged and reported",
    async (method) => {
      const { run, steps: records, engine } = await runFlow(one, { hooks: [{ name: "bad", [method]: boom }] });
      expect(run.status).toBe("completed");
      expect(records[0]?.hooks).toEqual([{ name: "bad", error: "boom" }]);
      const events = await engine.store.events.read({ runId: run.id, types: ["hook-failed"] });
      expect(events.map(({ recordId, data }) => ({ recordId, data }))).toEqual([
        { recordId: "a", data: { hook: "bad", error: "boom" } },
      ]);
    },
  );

  test("still has its after called", async () => {
    const calls: string[] = [];
    await runFlow(one, { hooks: [tracer("x", calls, { beforeExecute: boom })] });
    expect(calls).toEqual(["after x success"]);
  });

  test.each(["beforeExecute", "afterExecute"] as const)("in %s fails the step when it says so", async (method) => {
    const { run, steps: records } = await runFlow(one, { hooks: [{ name: "guard", onError: "fail", [method]: boom }] });
    expect(run.error?.code).toBe("hook-failed");
    expect(records[0]).toMatchObject({ status: "failed", hooks: [{ name: "guard", error: "boom" }] });
  });

  test("that failed the step before it ran keeps the node from running, and the hooks outside it have their after", async () => {
    const calls: string[] = [];
    const spy = spyNode();
    await runFlow(steps("\n  - { id: a, uses: test.spy }\n"), {
      hooks: [tracer("x", calls), { name: "g", onError: "fail", beforeExecute: boom }, tracer("y", calls)],
      nodes: [spy.definition],
    });
    expect(spy.calls).toBe(0);
    expect(calls).toEqual(["before x", "after x failed"]);
  });

  test.each([["text"], [42], [{ status: "great" }], [true]])(
    "that returns %j is reported, and the result stays",
    async (value) => {
      const hook = { name: "odd", afterExecute: () => value as unknown as NodeResult };
      const { steps: records } = await runFlow(one, { hooks: [hook] });
      expect(records[0]).toMatchObject({ status: "completed", output: { n: 1 } });
      expect(records[0]?.hooks[0]?.error).toContain("NodeResult");
    },
  );

  test("that never answers is given up after its time", async () => {
    const hook = { name: "slow", timeoutMs: 20, beforeExecute: () => new Promise<void>(() => {}) };
    const { run, steps: records } = await runFlow(one, { hooks: [hook] });
    expect(run.status).toBe("completed");
    expect(records[0]?.hooks[0]?.error).toContain("20 ms");
  });

  test("that is a class is refused with the sentence that helps", () => {
    class MyHook implements StepExecutionHook {
      afterExecute(): void {}
    }
    const store = createMemoryStore();
    const options = { projectDir: temporaryProject(), store, hooks: [MyHook as unknown as StepExecutionHook] };
    expect(() => createEngine(options)).toThrow("new MyHook()");
    expect(() => createEngine({ ...options, hooks: [{} as StepExecutionHook] })).toThrow("beforeExecute");
    return store.close();
  });
});

describe("hooks of one flow", () => {
  test("meet its steps only", async () => {
    const calls: string[] = [];
    const engine = await createTestEngine({ namedHooks: { special: tracer("special", calls) } });
    await engine.run(await flowOf(one));
    expect(calls).toEqual([]);
    await engine.run(await flowOf(one.replace("name: t", "name: t\nhooks: [special]")));
    expect(calls).toEqual(["before special", "after special success"]);
  });
});

describe("a hook that suspends a step", () => {
  test("makes the run wait, and on approval the step's own action runs", async () => {
    const calls: string[] = [];
    const gate = tracer("gate", calls, {
      beforeExecute: () => new NodeResult({ status: "suspended", output: "Really?" }),
    });
    const engine = await createTestEngine({ hooks: [gate] });
    const waiting = await engine.run(await flowOf(one));
    expect(waiting.status).toBe("waiting");
    const [question] = await openQuestions(engine.store, waiting);
    const decision = { decision: "approve", by: "me" };
    expect(await engine.store.durability.signal(waiting.id, approvalSignal(question!.id), decision)).toBe(true);
    const { run, outputs } = await inspect(engine, await engine.resume(waiting.id));
    expect(run.status).toBe("completed");
    expect(outputs.a).toEqual({ n: 1 });
    expect(calls).toContain("after gate success");
  });
});

describe("the node's own error", () => {
  test("keeps its code and its output under hooks", async () => {
    const bad = node({
      name: "test.bad",
      input: z.unknown(),
      run(_input: unknown, _context: NodeContext): never {
        throw new NodeError("half done", { code: "half", output: { done: 1 } });
      },
    });
    const { steps: records } = await runFlow(steps("\n  - { id: a, uses: test.bad }\n"), {
      nodes: [bad],
      hooks: [tracer("x", [])],
    });
    expect(records[0]).toMatchObject({ error: { code: "half", message: "half done" }, output: { done: 1 } });
  });
});
