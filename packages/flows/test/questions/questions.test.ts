import { describe, expect, test } from "vitest";
import { checkAnswer, type Engine, openQuestions, readAnswer, sendDecision, sendInput } from "../../src/index.ts";
import { createTestEngine, flowOf, inspect, steps } from "../execution/flow-kit.ts";

async function approveAll(engine: Engine, runId: string): Promise<string[]> {
  const run = (await engine.store.durability.get(runId))!;
  const questions = await openQuestions(engine.store, run);
  for (const question of questions) await sendDecision(engine.store, question, { decision: "approve", by: "ana" });
  return questions.map((question) => question.recordId);
}

describe("an approval", () => {
  test("is asked for each item of a loop and each child of a group, and their own actions run", async () => {
    const engine = await createTestEngine({ kind: "sqlite" });
    const flow = await flowOf(
      steps(`  - { id: each, loop: [1, 2], approval: true, uses: data.set, with: { v: "\${{ item }}" } }
  - id: g
    steps:
      - { id: child, approval: true, uses: data.set, with: { v: 3 } }
`),
    );
    let run = await engine.run(flow);
    const asked: string[] = [];
    for (let round = 0; run.status === "waiting" && round < 5; round++) {
      asked.push(...(await approveAll(engine, run.id)));
      run = await engine.resume(run.id);
    }
    expect(asked).toEqual(["each[0]", "each[1]", "g.child"]);
    const { outputs } = await inspect(engine, run);
    expect(run.status).toBe("completed");
    expect(outputs).toMatchObject({ "each[0]": { v: 1 }, "each[1]": { v: 2 }, "g.child": { v: 3 } });
  });

  test("that was answered is no longer open, even before its run goes on", async () => {
    const engine = await createTestEngine();
    const text = steps("  - { id: a, uses: human.approval, with: { message: Go? } }\n");
    const run = await engine.run(await flowOf(text));
    expect(await approveAll(engine, run.id)).toEqual(["a"]);
    expect(await approveAll(engine, run.id)).toEqual([]);
    const ended = await inspect(engine, await engine.resume(run.id));
    expect([ended.run.status, ended.outputs.a]).toEqual(["completed", { approved: true }]);
  });
});

describe("a value", () => {
  test("that does not fit fails the step, whoever sent it", async () => {
    const engine = await createTestEngine();
    const text = steps("  - { id: a, uses: human.input, with: { prompt: How many?, type: integer } }\n");
    const run = await engine.run(await flowOf(text));
    const [question] = await openQuestions(engine.store, run);
    await sendInput(engine.store, question!, { value: "many", by: "ana" });
    const ended = await inspect(engine, await engine.resume(run.id));
    expect(ended.steps[0]!.error?.code).toBe("invalid-input");
  });

  test.each([
    ["12", { type: "integer", required: true }, { value: 12 }],
    ["1.5", { type: "integer", required: true }, undefined],
    ["12", { type: "string", required: true }, { value: "12" }],
    ["yes", { type: "boolean", required: true }, undefined],
    [undefined, { type: "string", required: true }, undefined],
    [undefined, { type: "string", required: false }, { value: null }],
    [undefined, { type: "number", required: true, default: 3 }, { value: 3 }],
    ["[1]", { type: "list", required: true }, { value: [1] }],
    ["[1]", { type: "map", required: true }, undefined],
    ["c", { type: "string", required: true, choices: ["a", "b"] }, undefined],
  ] as const)("%j for %j is read as %j", (text, asked, expected) => {
    const read = readAnswer(text, asked);
    if (expected === undefined) expect(read).toHaveProperty("problem");
    else expect(read).toEqual(expected);
  });

  test("from JSON is checked in the same way", () => {
    expect(checkAnswer("x", { type: "number", required: true })).toHaveProperty("problem");
    expect(checkAnswer(undefined, { type: "number", required: true, default: 0 })).toEqual({ value: 0 });
  });
});
