import { duration, environment, identifier, type JsonSchema, type KeyTable, mapOf, text, texts } from "./key-table.ts";
import { concurrencyKeys, inputKeys, retentionKeys, secretKeys } from "./setting-keys.ts";

const trigger: JsonSchema = { $ref: "#/definitions/trigger" };
const steps: JsonSchema = { type: "array", minItems: 1, items: { $ref: "#/definitions/step" } };
const named = (values: JsonSchema): JsonSchema => ({
  type: "object",
  propertyNames: identifier,
  additionalProperties: values,
});

export const flowKeys: KeyTable = {
  name: { description: "The name of the flow, unique in the project.", example: "name: nightly_report", schema: text },
  description: { description: "What the flow is for.", example: "description: Sends the report", schema: text },
  env: {
    description: "Environment variables of the programs it runs; those of the system win.",
    example: "env: { REGION: eu }",
    schema: environment,
  },
  dotenv: {
    description: "Files with more of them; the first file wins.",
    example: "dotenv: .env.local",
    schema: { anyOf: [text, texts] },
  },
  secrets: {
    description: "Values that are masked wherever they would show.",
    example: "secrets: { TOKEN: { env: API_TOKEN } }",
    schema: named(mapOf(secretKeys, { minProperties: 1, maxProperties: 1 })),
  },
  inputs: {
    description: "What a run is given.",
    example: "inputs: { tag: { type: string, default: latest } }",
    schema: named({ anyOf: [mapOf(inputKeys), { type: "null" }] }),
  },
  trigger: { description: "What starts the flow.", example: "trigger: { uses: startup }", schema: trigger },
  triggers: {
    description: "The same for several.",
    example: "triggers: [{ uses: startup }]",
    schema: { type: "array", items: trigger },
  },
  hooks: {
    description: "Step hooks of this flow, beside those of the project.",
    example: "hooks: [audit]",
    schema: texts,
  },
  concurrency: {
    description: "How many runs go on at once.",
    example: "concurrency: { limit: 1 }",
    schema: mapOf(concurrencyKeys),
  },
  timeout: { description: "Time for a whole run.", example: "timeout: 1h30m", schema: duration },
  retention: {
    description: "How long finished runs are kept.",
    example: "retention: { days: 7 }",
    schema: mapOf(retentionKeys),
  },
  steps: {
    description: "What is done, one after the other.",
    example: "steps:\n  - { id: hello, uses: data.set }",
    schema: steps,
  },
  finally: {
    description: "Steps that run at the end, however it came.",
    example: "finally:\n  - { id: tidy, uses: data.set }",
    schema: steps,
  },
  outputs: {
    description: "The results of a run, for those who started it.",
    example: "outputs: { total: 3 }",
    schema: { type: "object" },
  },
};
