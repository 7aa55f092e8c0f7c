import { describe, expect, test } from "vitest";
import { readRunInputs } from "../../src/engine/read-run-inputs.ts";
import { InputError, type JsonObject } from "../../src/index.ts";
import { createTestEngine, flowOf, runFlow } from "../execution/flow-kit.ts";

const text = `
name: t
inputs:
  who: { type: string, required: true }
  count: { type: integer, default: 3 }
  ratio: { type: number }
  loud: { type: boolean, default: false }
  tags: { type: list, default: [] }
  more: { type: map }
  env: { type: string, choices: [dev, prod], default: dev }
  token: { type: string, secret: true, choices: [aaaaaa] }
steps: [{ id: a, uses: data.set }]
`;

async function read(given: JsonObject): Promise<JsonObject> {
  return readRunInputs(await flowOf(text), given);
}

async function problems(given: JsonObject): Promise<readonly string[]> {
  const error = await read(given).catch((caught: unknown) => caught);
  if (!(error instanceof InputError)) throw new Error("The inputs were taken.");
  return error.diagnostics.map((diagnostic) => diagnostic.code);
}

describe("the inputs of a run", () => {
  test("are what was given, else defaults, else null", async () => {
    expect(await read({ who: "me", count: 5, more: { a: 1 } })).toEqual({
      who: "me",
      count: 5,
      ratio: null,
      loud: false,
      tags: [],
      more: { a: 1 },
      env: "dev",
      token: null,
    });
  });

  test("are read from text as their type says", async () => {
    const given = { who: "5", count: "7", ratio: "-1.5e3", loud: "true", tags: "[1]", more: '{"a":1}', env: "prod" };
    expect(await read(given)).toMatchObject({
      who: "5",
      count: 7,
      ratio: -1500,
      loud: true,
      tags: [1],
      more: { a: 1 },
      env: "prod",
    });
  });

  test("are refused with everything that is wrong at once", async () => {
    const given = { count: 1.5, ratio: "many", loud: "maybe", tags: "no", more: [], env: "test", whom: "x" };
    expect(await problems(given)).toEqual([
      "missing-input",
      "input-type",
      "input-type",
      "input-type",
      "input-type",
      "input-type",
      "input-choice",
      "unknown-input",
    ]);
  });

  test("name the nearest input, and never repeat a secret", async () => {
    const error = (await read({ who: "x", wo: 1, token: "hunter2" }).catch((caught) => caught)) as InputError;
    expect(error.diagnostics.find((diagnostic) => diagnostic.code === "unknown-input")?.hint).toBe("who");
    expect(error.message).not.toContain("hunter2");
  });

  test("stop a run before anything of it is queued", async () => {
    const engine = await createTestEngine();
    await expect(engine.start(await flowOf(text))).rejects.toThrow(InputError);
    expect(await engine.store.durability.list()).toEqual([]);
  });

  test("are seen by expressions", async () => {
    const flow = text.replace(
      "{ id: a, uses: data.set }",
      '{ id: a, uses: data.set, with: { w: "${{ inputs.who }}", c: "${{ inputs.count + 1 }}" } }',
    );
    const { outputs } = await runFlow(flow, { start: { inputs: { who: "me" } } });
    expect(outputs.a).toEqual({ w: "me", c: 4 });
  });
});
