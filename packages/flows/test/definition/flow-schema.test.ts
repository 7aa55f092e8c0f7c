import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { flowKeys } from "../../src/definition/flow-keys.ts";
import { flowSchema } from "../../src/definition/flow-schema.ts";
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
