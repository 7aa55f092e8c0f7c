import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { flowKeys } from "../../src/definition/flow-keys.ts";
import { flowSchema } from "../../src/definition/flow-schema.ts";
import type { KeyTable } from "../../src/definition/key-table.ts";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import {
  approvalKeys,
  cacheKeys,
  concurrencyKeys,
  inputKeys,
  retentionKeys,
  retryKeys,
  secretKeys,
  triggerKeys,
} from "../../src/definition/setting-keys.ts";
import { nextKeys, stepKeys } from "../../src/definition/step-keys.ts";
import { catalogue } from "./catalogue.ts";

const valid = join(import.meta.dirname, "..", "fixtures", "flows", "valid");
let schema: z.ZodType;

beforeAll(async () => {
  // The converter knows neither conditions nor `required` alone; what they say is looked at as text below.
  const made = JSON.parse(JSON.stringify(await flowSchema()));
  delete made.definitions.step.oneOf;
  schema = z.fromJSONSchema(made);
});

describe("the schema for editors", () => {
  test.for(readdirSync(valid))("accepts %s", (file) => {
    const value = parse(readFileSync(join(valid, file), "utf8"), { merge: true });
    expect(schema.safeParse(value).error?.issues).toBeUndefined();
  });

  test.for<[string, unknown]>([
    ["an unknown key of a flow", { name: "x", steps: [{ id: "a", uses: "data.set" }], stepz: 1 }],
    ["an unknown key of a step", { name: "x", steps: [{ id: "a", uses: "data.set", retires: 1 }] }],
    ["no steps", { name: "x" }],
    ["an id with a hyphen", { name: "x", steps: [{ id: "a-b", uses: "data.set" }] }],
    ["a wrong duration", { name: "x", timeout: "5 minutes", steps: [{ id: "a", uses: "data.set" }] }],
    ["a wrong choice", { name: "x", concurrency: { overflow: "drp" }, steps: [{ id: "a", uses: "data.set" }] }],
  ])("refuses %s", ([, value]) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  test("describes every key, and the inputs of nodes with expressions in place of any value", async () => {
    const made = (await flowSchema(catalogue)) as {
      properties: Record<string, { description: string }>;
      definitions: { step: { allOf: unknown[] } };
    };
    for (const key of Object.keys(flowKeys)) expect(made.properties[key]!.description).toMatch(/\.$/);
    expect(JSON.stringify(made)).toContain('"oneOf":[{"required":["uses"]},{"required":["steps"]}');
    const text = JSON.stringify(made.definitions.step.allOf);
    expect(text).toContain('"const":"http.request"');
    expect(text).toContain("follow_redirects");
    expect(JSON.stringify(made)).not.toContain("$defs");
  });
});

const step = "steps:\n  - id: step\n    uses: data.set\n";
const indented = (text: string, by: number) => text.replace(/^/gm, " ".repeat(by));
const kinds = ["uses", "steps", "parallel", "flow"];

/** Each example of a table in the smallest flow that it can stand in. */
const places: readonly [string, KeyTable, (example: string, key: string) => string][] = [
  [
    "a flow",
    flowKeys,
    (example, key) => `${key === "name" ? "" : "name: x\n"}${example}\n${key === "steps" ? "" : step}`,
  ],
  [
    "a step",
    stepKeys,
    (example, key) => {
      const own = [
        ...(key === "id" ? [] : ["id: step"]),
        ...(kinds.includes(key) ? [] : [key === "max" ? "parallel: [{ id: p, uses: data.set }]" : "uses: data.set"]),
      ];
      if (key === "max_parallel") own.push("loop: [1]");
      if (key === "with") own[1] = "uses: http.request";
      if (key === "while") own[0] = "id: poll";
      return `name: x\ninputs: { dry: , tag: }\nsteps:\n  -\n${indented([...own, example].join("\n"), 4)}\n`;
    },
  ],
  [
    "an input",
    inputKeys,
    (example, key) =>
      `name: x\ninputs:\n  a:\n    ${example}\n${["default", "choices"].includes(key) ? "    type: integer\n" : ""}${step}`,
  ],
  ["a secret", secretKeys, (example) => `name: x\nsecrets:\n  A:\n    ${example}\n${step}`],
  [
    "a trigger",
    triggerKeys,
    (example, key) => `name: x\ntrigger:\n  ${example}\n${key === "uses" ? "" : "  uses: cron\n"}${step}`,
  ],
  ["concurrency", concurrencyKeys, (example) => `name: x\ninputs: { region: }\nconcurrency:\n  ${example}\n${step}`],
  ["retention", retentionKeys, (example) => `name: x\nretention:\n  ${example}\n${step}`],
  ["retry", retryKeys, (example) => `name: x\n${step}    retry:\n      ${example}\n`],
  ["approval", approvalKeys, (example) => `name: x\ninputs: { tag: }\n${step}    approval:\n      ${example}\n`],
  ["cache", cacheKeys, (example) => `name: x\ninputs: { tag: }\n${step}    cache:\n      ${example}\n`],
  ["next", nextKeys, (example) => `name: x\n${step}    next:\n      ${example}\n  - { id: report, uses: data.set }\n`],
];

describe("the example of every key", () => {
  test.for(
    places.flatMap(([where, table, flow]) =>
      Object.entries(table).map(([key, { example }]) => [where, key, flow(example, key)] as const),
    ),
  )("is valid: %s, %s", async ([, , text]) => {
    expect((await parseFlow(text, catalogue)).diagnostics).toEqual([]);
  });
});
