import { describe, expect, test } from "vitest";
import {
  answersTo,
  createEngine,
  type Engine,
  type Json,
  NodeResult,
  openQuestions,
  openQuestionsBelow,
  type Question,
  sendDecision,
  sendInput,
  shown,
} from "../../src/index.ts";
import { createTestEngine, flowOf, inspect, openStore, steps, temporaryProject } from "../execution/flow-kit.ts";

async function asked(engine: Engine, runId: string): Promise<readonly Question[]> {
  return openQuestions(engine.store, (await engine.store.durability.get(runId))!);
}

describe("a question", () => {
  test("keeps the time at which it was asked, and its end, when its run is taken up again", async () => {
    const engine = await createTestEngine({ kind: "sqlite" });
    const flow = await flowOf(steps("  - { id: a, approval: { expires: 1h }, uses: data.set }\n"));
    const run = await engine.run(flow);
    const [first] = await asked(engine, run.id);
    await new Promise((resolve) => setTimeout(resolve, 15));
    await engine.resume(run.id);
    const [second] = await asked(engine, run.id);
    expect(second!.expiresAt).toBe(first!.expiresAt);
    expect(second!.askedAt - first!.askedAt).toBeLessThan(10);
  });

  test("of a step's node is another than that of its approval: one answer is not taken for both", async () => {
    const engine = await createTestEngine({ kind: "sqlite" });
    const flow = await flowOf(
      steps("  - { id: a, approval: true, uses: human.input, with: { prompt: Which?, type: string } }\n"),
    );
    const run = await engine.run(flow);
    const [approval] = await asked(engine, run.id);
    // Two people approve at the same moment.
    await sendDecision(engine.store, approval!, { decision: "approve", by: "ana" });
    await sendDecision(engine.store, approval!, { decision: "approve", by: "ben" });
    const again = await engine.resume(run.id);
    expect(again.status).toBe("waiting");
    const [input] = await asked(engine, run.id);
    expect(input).toMatchObject({ kind: "input", recordId: "a" });
    await sendInput(engine.store, input!, { value: "this", by: "ana" });
    const ended = await inspect(engine, await engine.resume(run.id));
    expect(ended.outputs.a).toBe("this");
    const answers = await answersTo(engine.store, run.id);
    expect(answers.map(({ kind, by }) => [kind, by])).toEqual([
      ["approval", "ana"],
      ["approval", "ben"],
      ["input", "ana"],
    ]);
  });

  test("of a hook is asked although the step was approved before", async () => {
    const gate = {
      name: "gate",
      beforeExecute: () => new NodeResult({ status: "suspended", output: "Really?" }),
    };
    const engine = await createTestEngine({ kind: "sqlite", hooks: [gate] });
    const run = await engine.run(await flowOf(steps("  - { id: a, approval: true, uses: data.set }\n")));
    await sendDecision(engine.store, (await asked(engine, run.id))[0]!, { decision: "approve", by: "ana" });
    expect((await engine.resume(run.id)).status).toBe("waiting");
    const [question] = await asked(engine, run.id);
    expect(question).toMatchObject({ message: "Really?", id: "a!hook" });
    await sendDecision(engine.store, question!, { decision: "approve", by: "ana" });
    expect((await engine.resume(run.id)).status).toBe("completed");
  });

  test("of a sub-flow hands the run back, and the answer goes to the sub-run", async () => {
    const child = await flowOf("name: child\nsteps:\n  - { id: gate, approval: true, uses: data.set, with: { v: 1 } }");
    const engine = await createTestEngine({ kind: "sqlite", findFlow: () => child });
    const text = steps(`  - id: both
    parallel:
      - { id: call, flow: child }
      - { id: ask, uses: human.input, with: { prompt: n } }
  - { id: after, uses: data.set, with: { v: 2 } }
`);
    const run = await engine.run(await flowOf(text));
    expect(run.endedAt).toBeUndefined();
    const questions = await openQuestionsBelow(engine.store, run);
    expect(questions.map(({ recordId, flow }) => [recordId, flow])).toEqual([
      ["both.ask", "t"],
      ["gate", "child"],
    ]);
    await sendInput(engine.store, questions[0]!, { value: "x", by: "ana" });
    await sendDecision(engine.store, questions[1]!, { decision: "approve", by: "ana" });
    const ended = await inspect(engine, await engine.resume(run.id));
    expect(ended.run.status).toBe("completed");
    expect(ended.statuses).toMatchObject({ "both.call": "completed", "both.ask": "completed", after: "completed" });
    expect(await engine.store.durability.list({ flow: "child" })).toHaveLength(1);
  });

  test("is not mistaken for the end while another step goes on", async () => {
    const child = await flowOf("name: child\nsteps:\n  - { id: gate, approval: true, uses: data.set }");
    const engine = await createTestEngine({ kind: "sqlite", findFlow: () => child });
    const text = steps(`  - id: both
    parallel:
      - { id: call, flow: child }
      - { id: work, uses: shell.run, with: { command: sleep 0.3 } }
`);
    const run = await engine.run(await flowOf(text));
    const { statuses } = await inspect(engine, run);
    expect(statuses["both.work"]).toBe("completed");
  });
});

describe("a value that is secret", () => {
  test.each(["tiger-tiger", "ab", "7"])("%s is stored nowhere in clear, and reaches the steps", async (secret) => {
    const projectDir = temporaryProject();
    const store = await openStore("sqlite", projectDir);
    const engine = createEngine({ projectDir, store, env: { PATH: process.env.PATH } });
    const flow = await flowOf(
      steps(`  - { id: ask, uses: human.input, with: { prompt: Pin?, secret: true } }
  - { id: use, uses: data.set, with: { isRight: "\${{ steps.ask.output == '${secret}' }}" } }
`),
    );
    const run = await engine.run(flow);
    const [question] = await asked(engine, run.id);
    expect(question!.input).toMatchObject({ secret: true });
    await sendInput(store, question!, { value: secret, by: "ana" });
    const ended = await inspect(engine, await engine.resume(run.id));
    expect(ended.outputs.use).toEqual({ isRight: true });
    expect(shown(ended.outputs.ask as Json)).toBe("***");
    const stored = [await store.durability.steps(run.id), await store.events.read({ runId: run.id })];
    expect(JSON.stringify(stored)).not.toContain(`"${secret}"`);
  });

  test("cannot have a default or choices, which would stand in the file", async () => {
    const engine = await createTestEngine();
    const text = steps("  - { id: a, uses: human.input, with: { prompt: p, secret: true, default: x } }\n");
    const ended = await inspect(engine, await engine.run(await flowOf(text)));
    expect(ended.steps[0]!.error?.code).toBe("invalid-input");
  });
});
