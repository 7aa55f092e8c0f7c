import {
  duration,
  environment,
  expression,
  flag,
  identifier,
  type JsonSchema,
  type KeyTable,
  mapOf,
  text,
  whole,
} from "./key-table.ts";
import { approvalKeys, cacheKeys, isolateKeys, retryKeys } from "./setting-keys.ts";

const condition: JsonSchema = {
  anyOf: [flag, { type: "number" }, expression, { enum: ["true", "false", "yes", "no", "on", "off"] }],
};
const steps: JsonSchema = { type: "array", minItems: 1, items: { $ref: "#/definitions/step" } };

/** The map form of `next`, as `flow.route` gives it. */
export const nextKeys: KeyTable = {
  target: {
    description: "The id of a step of the same list, or end.",
    isRequired: true,
    example: "target: report",
    schema: text,
  },
};

export const stepKeys: KeyTable = {
  id: {
    description: "The name by which expressions and next know the step.",
    isRequired: true,
    example: "id: fetch",
    schema: identifier,
  },
  description: {
    description: "What the step is for.",
    default: "none",
    example: "description: Gets the prices",
    schema: text,
  },
  uses: {
    description: "The node to run. A step has one of uses, steps, parallel and flow.",
    default: "none",
    example: "uses: data.set",
    schema: text,
  },
  steps: {
    description: "A group: steps that run one after the other.",
    default: "none",
    example: "steps:\n  - { id: one, uses: data.set }",
    schema: steps,
  },
  parallel: {
    description: "Steps that run at once.",
    default: "none",
    example: "parallel:\n  - { id: left, uses: data.set }",
    schema: steps,
  },
  flow: { description: "Another flow to run, by its name.", default: "none", example: "flow: cleanup", schema: text },
  max: {
    description: "Steps of parallel that run at once; 0 = all.",
    default: "0",
    example: "max: 2",
    schema: whole(0),
  },
  with: {
    description: "The inputs of the node or flow.",
    default: "no inputs",
    example: "with: { message: Hello }",
    schema: { type: "object" },
  },
  if: {
    description: "The step is skipped unless this is true.",
    default: "true",
    example: "if: ${{ inputs.dry == false }}",
    schema: condition,
  },
  loop: {
    description: "The step runs once for each item, which expressions know as item and index.",
    default: "none",
    example: "loop: [a, b]",
    schema: { anyOf: [{ type: "array" }, expression] },
  },
  max_parallel: {
    description: "Items of a loop at once.",
    default: "1",
    example: "max_parallel: 4",
    schema: whole(1, 10_000),
  },
  while: {
    description: "The step runs again as long as this is true.",
    default: "none",
    example: "while: ${{ visits.poll < 3 }}",
    schema: condition,
  },
  next: {
    description: "The step that comes next: an id of the same list, end, an expression, or a map with target.",
    default: "the next one in the list",
    example: "next: end",
    schema: { anyOf: [text, mapOf(nextKeys, { required: ["target"] })] },
  },
  max_visits: {
    description: "How often the step may run in one run; 0 = without limit.",
    default: "1000",
    example: "max_visits: 10",
    schema: whole(0),
  },
  continue_on_error: {
    description: "The run goes on when the step fails; steps.ID.error says why it did.",
    default: "false",
    example: "continue_on_error: true",
    schema: flag,
  },
  approval: {
    description: "The run waits for a person; on approval the step runs.",
    default: "false",
    example: "approval: { message: Deploy?, expires: 1d }",
    schema: { anyOf: [flag, mapOf(approvalKeys)] },
  },
  retry: {
    description: "Tries again after errors that may pass.",
    default: "1: no second try",
    example: "retry: { attempts: 5, initial_delay: 2s }",
    schema: { anyOf: [whole(0, 1_000), mapOf(retryKeys)] },
  },
  timeout: {
    description: "Time for one try, after which it is ended for good.",
    default: "none",
    example: "timeout: 30s",
    schema: duration,
  },
  cache: {
    description: "A result is used again instead of running the node.",
    default: "false",
    example: "cache: { ttl: 1h }",
    schema: { anyOf: [flag, mapOf(cacheKeys)] },
  },
  env: {
    description: "Environment variables of the programs the step runs.",
    default: "none",
    example: "env: { REGION: eu }",
    schema: environment,
  },
  isolate: {
    description: "Runs the node in a thread (worker) or process of its own: what it does there harms only its step.",
    default: "none: in the process of the run",
    example: "isolate: { in: process, memory: 256mb }",
    schema: { anyOf: [{ enum: ["worker", "process"] }, mapOf(isolateKeys, { required: ["in"] })] },
  },
};
