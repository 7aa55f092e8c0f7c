import {
  duration,
  environment,
  flag,
  type JsonSchema,
  type KeyTable,
  mapOf,
  text,
  texts,
  whole,
} from "../definition/key-table.ts";

const map: JsonSchema = { type: "object" };
const one = (item: JsonSchema): JsonSchema => ({ anyOf: [item, { type: "array", items: item, minItems: 1 }] });
const byName = (item: JsonSchema): JsonSchema => ({ type: "object", additionalProperties: item });

export const failureKeys: KeyTable = {
  message: { description: "What went wrong.", example: "message: connection refused", schema: text },
  code: { description: "Its code.", default: "node-failed", example: "code: exit-code", schema: text },
  permanent: {
    description: "`retry` does not try again.",
    default: "false",
    example: "permanent: true",
    schema: flag,
  },
  output: { description: "What the step had by then.", example: "output: { code: 1 }", schema: {} },
};

export const mockKeys: KeyTable = {
  output: { description: "What the step gives.", example: "output: { code: 0 }", schema: {} },
  fail: {
    description: "What the step fails with: a sentence, or a map.",
    example: "fail: connection refused",
    schema: { anyOf: [text, mapOf(failureKeys)] },
  },
  takes: {
    description: "How long it takes on the test's clock, which waits for nothing.",
    default: "no time",
    example: "takes: 10m",
    schema: duration,
  },
};

const mock: JsonSchema = { anyOf: [{ const: "never" }, mapOf(mockKeys)] };

export const answerKeys: KeyTable = {
  decision: {
    description: "What is decided about a step that waits for approval.",
    example: "decision: reject",
    schema: { enum: ["approve", "reject"] },
  },
  value: { description: "What a step that asks for a value is given.", example: "value: 3", schema: {} },
  by: { description: "Who answers.", default: "the first approver, or `tester`", example: "by: ana", schema: text },
  comment: { description: "What is said to a decision.", example: "comment: not today", schema: text },
};

const answer: JsonSchema = { anyOf: [{ enum: ["approve", "reject"] }, mapOf(answerKeys)] };

export const triggerEventKeys: KeyTable = {
  type: { description: "`trigger.type`.", default: "manual", example: "type: cron", schema: text },
  payload: { description: "`trigger.payload`.", default: "{}", example: "payload: { id: 7 }", schema: {} },
  event: { description: "`trigger.event`.", default: "{}", example: "event: { method: POST }", schema: map },
  event_id: { description: "`trigger.event_id`.", example: "event_id: evt_1", schema: text },
};

export const expectedStepKeys: KeyTable = {
  status: {
    description: "How it ended; `unreached` when it has no record.",
    example: "status: failed",
    schema: { enum: ["completed", "failed", "skipped", "cancelled", "waiting", "unreached"] },
  },
  output: { description: "What it gave, as far as it is said here.", example: "output: { code: 0 }", schema: {} },
  error: {
    description: "Why it failed: its code, or a map of `code` and a part of `message`.",
    example: "error: timeout",
    schema: { anyOf: [text, map] },
  },
  with: { description: "Its inputs, as the node got them.", example: "with: { url: https://a.example }", schema: map },
  attempts: { description: "How often its node was called.", example: "attempts: 3", schema: whole(0) },
  count: { description: "How many records it has.", example: "count: 2", schema: whole(0) },
  reason: { description: "A part of the reason it was skipped for.", example: "reason: is false", schema: text },
};

export const expectationKeys: KeyTable = {
  status: {
    description: "How the run ended; `waiting` when it waits for a person for ever.",
    default: "completed",
    example: "status: failed",
    schema: { enum: ["completed", "failed", "cancelled", "waiting"] },
  },
  error: {
    description: "Why the run failed: a code, or a map of `code` and a part of `message`.",
    example: "error: { message: migrate }",
    schema: { anyOf: [text, map] },
  },
  outputs: { description: "Its outputs, as far as they are said here.", example: "outputs: { total: 3 }", schema: map },
  order: {
    description: "Records in the order they began; others may stand between them.",
    example: "order: [build, deploy]",
    schema: texts,
  },
  skipped: { description: "Steps that were skipped.", example: "skipped: [alert]", schema: texts },
  log: { description: "Parts of lines that the run logged.", example: "log: [price moved]", schema: texts },
  steps: {
    description: "Steps by id, or records by theirs: a status alone, or a map.",
    example: "steps: { build: completed, alert: skipped }",
    schema: byName({ anyOf: [expectedStepKeys.status!.schema, mapOf(expectedStepKeys)] }),
  },
};

/** What a test can be given, and what a file can give to all of its tests. */
export const givenKeys: KeyTable = {
  inputs: { description: "Inputs of the flow.", example: "inputs: { tag: v1 }", schema: map },
  vars: { description: "Values of `vars`.", example: "vars: { dry: true }", schema: map },
  trigger: {
    description: "The event that starts the run.",
    example: "trigger: { type: webhook.receive, payload: { id: 7 } }",
    schema: mapOf(triggerEventKeys),
  },
  env: {
    description: "The whole environment, but for what the flow's own `env` adds. No file is read.",
    example: "env: { REGION: eu }",
    schema: environment,
  },
  secrets: {
    description: "Values of secrets. One that is not given is `secret-NAME`.",
    example: "secrets: { TOKEN: abcdef }",
    schema: byName(text),
  },
  now: {
    description: "When the run begins.",
    default: "2026-01-01T00:00:00Z",
    example: "now: 2026-03-29T00:30:00Z",
    schema: text,
  },
  mocks: {
    description:
      "What stands in for steps, by id of a step, of a record, or by name of a node. A list is for one call after the other.",
    example: 'mocks: { "shell.run": { output: { stdout: ok, code: 0 } } }',
    schema: byName(one(mock)),
  },
  real: { description: "Steps and nodes that act for real.", example: "real: [render]", schema: texts },
  answers: {
    description: "What people answer to steps that ask; a list is for one question after the other.",
    example: "answers: { deploy: approve }",
    schema: byName(one(answer)),
  },
};

export const testKeys: KeyTable = {
  name: { description: "What the flow does then, as a sentence.", example: "name: sends an alert", schema: text },
  ...givenKeys,
  expect: {
    description: "What has to come of it. Default: the run completes.",
    example: "expect: { skipped: [alert] }",
    schema: mapOf(expectationKeys),
  },
};

export const testFileKeys: KeyTable = {
  flow: { description: "The flow by name.", default: "that of the file beside", example: "flow: deploy", schema: text },
  ...givenKeys,
  tests: {
    description: "The tests.",
    example: "tests:\n  - name: greets",
    schema: { type: "array", minItems: 1, items: mapOf(testKeys, { required: ["name"] }) },
  },
};
