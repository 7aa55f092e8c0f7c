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
  name: {
    description: "The name of the flow, unique in the project.",
    isRequired: true,
    example: "name: nightly_report",
    schema: text,
  },
  description: {
    description: "What the flow is for.",
    default: "none",
    example: "description: Sends the report",
    schema: text,
  },
  env: {
    description: "Environment variables of the programs it runs; those of the system win.",
    default: "none",
    example: "env: { REGION: eu }",
    schema: environment,
  },
  dotenv: {
    description: "Files with more of them; the first file wins.",
    default: "none",
    example: "dotenv: .env.local",
    schema: { anyOf: [text, texts] },
  },
  secrets: {
    description: "Values that are masked wherever they would show.",
    default: "none",
    example: "secrets: { TOKEN: { env: API_TOKEN } }",
    schema: named(mapOf(secretKeys, { minProperties: 1, maxProperties: 1 })),
  },
  inputs: {
    description: "What a run is given.",
    default: "none",
    example: "inputs: { tag: { type: string, default: latest } }",
    schema: named({ anyOf: [mapOf(inputKeys), { type: "null" }] }),
  },
  trigger: {
    description: "What starts the flow.",
    default: "none: runs are started by hand",
    example: "trigger: { uses: startup }",
    schema: trigger,
  },
  triggers: {
    description: "The same for several.",
    default: "none",
    example: "triggers: [{ uses: startup }]",
    schema: { type: "array", items: trigger },
  },
  hooks: {
    description: "Step hooks of this flow, beside those of the project.",
    default: "none",
    example: "hooks: [audit]",
    schema: texts,
  },
  concurrency: {
    description: "How many runs go on at once.",
    default: "limit 16, overflow queue",
    example: "concurrency: { limit: 1 }",
    schema: mapOf(concurrencyKeys),
  },
  timeout: { description: "Time for a whole run.", default: "none", example: "timeout: 1h30m", schema: duration },
  retention: {
    description: "How long finished runs are kept.",
    default: "30 days and 10000 runs, failed ones 90 days",
    example: "retention: { days: 7 }",
    schema: mapOf(retentionKeys),
  },
  steps: {
    description: "What is done, one after the other.",
    isRequired: true,
    example: "steps:\n  - { id: hello, uses: data.set }",
    schema: steps,
  },
  finally: {
    description: "Steps that run at the end, however it came; after a cancellation they get 60 s together.",
    default: "none",
    example: "finally:\n  - { id: tidy, uses: data.set }",
    schema: steps,
  },
  outputs: {
    description: "The results of a run, for those who started it.",
    default: "none",
    example: "outputs: { total: 3 }",
    schema: { type: "object" },
  },
};
