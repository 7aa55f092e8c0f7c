import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { flowSchema } from "../../src/definition/flow-schema.ts";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { createTestEngine, flowOf, temporaryProject } from "../execution/flow-kit.ts";
import { catalogue } from "./catalogue.ts";
import { places } from "./examples.ts";

const examples = places.flatMap(([where, table, flow]) =>
  Object.entries(table).map(([key, { example }]) => [where, key, flow(example, key)] as const),
);

/** What the examples name: files, a variable, a program. */
function project(): { projectDir: string; env: Record<string, string> } {
  const projectDir = temporaryProject();
  for (const folder of ["bin", "secrets"]) mkdirSync(join(projectDir, folder));
  writeFileSync(join(projectDir, "secrets", "token"), "from a file\n");
  writeFileSync(join(projectDir, "bin", "pass"), "#!/bin/sh\necho from a program\n");
  chmodSync(join(projectDir, "bin", "pass"), 0o755);
  return { projectDir, env: { PATH: `${projectDir}/bin:${process.env.PATH}`, API_TOKEN: "from a variable" } };
}

describe("the example of every key in the reference", () => {
  test.for(examples)("is valid and runs: %s, %s", async ([, key, text]) => {
    expect((await parseFlow(text, catalogue)).diagnostics).toEqual([]);
    const cleanup = await flowOf("name: cleanup\nsteps:\n  - { id: a, uses: data.set }\n");
    const engine = await createTestEngine({ ...project(), findFlow: () => cleanup });
    const run = await engine.run(await flowOf(text), { inputs: inputsFor(text) });
    const asks = key === "approval" || /^ +approval:/m.test(text);
    expect([run.status, run.error]).toEqual([asks ? "waiting" : "completed", undefined]);
  });
});

/** The inputs that an example's flow declares and cannot do without. */
function inputsFor(text: string): Record<string, string> {
  const name = text.includes("required: true") ? "a" : /^inputs: \{.*\b(tag|region): \}/m.exec(text)?.[1];
  return name === undefined ? {} : { [name]: "v1" };
}

describe("the tables of the reference", () => {
  test("have every key of the schema, and for each a default or the word that it is required", async () => {
    const schema = (await flowSchema()) as unknown as Schema;
    const inSchema = [...keysOf(schema), ...keysOf(schema.definitions.step), ...keysOf(schema.definitions.trigger)];
    const inTables = new Set(places.flatMap(([, table]) => Object.keys(table)));
    expect(inSchema.filter((key) => !inTables.has(key))).toEqual([]);
    expect(inSchema.length).toBeGreaterThan(60);
    for (const [title, table] of places) {
      for (const [key, { default: fallback, isRequired }] of Object.entries(table)) {
        expect((fallback === undefined) === (isRequired === true), `${title}: ${key}`).toBe(true);
      }
    }
    const required = Object.entries(places[0]![1]).filter(([, { isRequired }]) => isRequired);
    expect(required.map(([key]) => key)).toEqual(schema.required);
  });

  test("say the defaults that hold", async () => {
    const flow = await flowOf(`name: x
trigger: { uses: cron, with: { schedule: "0 3 * * *" } }
inputs: { a: }
steps:
  - { id: a, uses: data.set, retry: {}, approval: true, cache: true }
  - { id: p, parallel: [{ id: b, uses: data.set }] }
`);
    const [a, p] = flow.steps;
    expect(flow.concurrency).toEqual({ limit: 16, key: undefined, overflow: "queue" });
    expect(flow.retention).toEqual({ runs: 10_000, days: 30 });
    expect(flow.triggers[0]?.id).toBe("cron");
    expect(flow.inputs.a).toMatchObject({ type: "string", required: false, secret: false });
    expect(a).toMatchObject({ maxParallel: 1, maxVisits: 1000, continueOnError: false, timeoutMs: undefined });
    expect(a?.retry).toEqual({
      attempts: 3,
      initialDelayMs: 1_000,
      backoffFactor: 2,
      maxDelayMs: 300_000,
      jitter: true,
      on: ["transient"],
    });
    expect(p).toMatchObject({ max: 0 });
  });
});

interface Schema {
  readonly [key: string]: unknown;
  readonly required: readonly string[];
  readonly definitions: { readonly step: object; readonly trigger: object };
}

/** The names of all properties in a schema, however deep. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { definitions: _, properties, ...rest } = schema as { definitions?: unknown; properties?: object };
  const own = Object.entries(properties ?? {}).flatMap(([key, value]) => [key, ...keysOf(value)]);
  return [...own, ...Object.values(rest).flatMap(keysOf)];
}
