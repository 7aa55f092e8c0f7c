import { inputTypes } from "./input-type.ts";
import { duration, flag, type KeyTable, text, texts, whole } from "./key-table.ts";

/** An input of a flow. */
export const inputKeys: KeyTable = {
  type: {
    description: "The kind of value.",
    default: "string",
    example: "type: integer",
    schema: { enum: [...inputTypes] },
  },
  description: {
    description: "What it is for; shown when it is asked for.",
    default: "none",
    example: "description: Which tag",
    schema: text,
  },
  default: { description: "The value when none is given.", default: "none", example: "default: 3", schema: {} },
  required: { description: "A run without it is refused.", default: "false", example: "required: true", schema: flag },
  choices: {
    description: "The only values it takes.",
    default: "any",
    example: "choices: [1, 2, 3]",
    schema: { type: "array", minItems: 1 },
  },
  secret: {
    description: "Masked in logs, errors and stored runs.",
    default: "false",
    example: "secret: true",
    schema: flag,
  },
};

/** Where a secret comes from: exactly one of them. */
export const secretKeys: KeyTable = {
  env: {
    description: "The environment variable that holds it.",
    default: "none",
    example: "env: API_TOKEN",
    schema: text,
  },
  file: { description: "The file that holds it.", default: "none", example: "file: secrets/token", schema: text },
  command: {
    description: "The program that prints it.",
    default: "none",
    example: "command: pass show api",
    schema: text,
  },
};

export const triggerKeys: KeyTable = {
  id: {
    description: "Tells triggers of one kind apart.",
    default: "the name in uses",
    example: "id: nightly",
    schema: text,
  },
  uses: { description: "The name of the trigger.", isRequired: true, example: "uses: cron", schema: text },
  with: {
    description: "Its inputs; expressions see env, vars and secrets.",
    default: "no inputs",
    example: 'with: { schedule: "0 3 * * *" }',
    schema: { type: "object" },
  },
};

export const concurrencyKeys: KeyTable = {
  limit: { description: "Runs at once, for each key.", default: "16", example: "limit: 1", schema: whole(1) },
  key: {
    description: "Runs with different keys do not wait for each other.",
    default: "one key for all",
    example: "key: ${{ inputs.region }}",
    schema: text,
  },
  overflow: {
    description: "What becomes of a run beyond the limit.",
    default: "queue",
    example: "overflow: drop",
    schema: { enum: ["queue", "drop", "replace"] },
  },
};

export const retentionKeys: KeyTable = {
  runs: { description: "Finished runs that are kept.", default: "10000", example: "runs: 500", schema: whole(1) },
  days: {
    description: "Days that finished runs are kept.",
    default: "30",
    example: "days: 7",
    schema: { type: "number", minimum: 0 },
  },
};

export const retryKeys: KeyTable = {
  attempts: {
    description: "Tries, the first one included.",
    default: "3",
    example: "attempts: 5",
    schema: whole(1, 1_000),
  },
  initial_delay: {
    description: "The pause before the second try.",
    default: "1s",
    example: "initial_delay: 500ms",
    schema: duration,
  },
  backoff_factor: {
    description: "Each pause is this many times the one before.",
    default: "2",
    example: "backoff_factor: 1.5",
    schema: { type: "number", minimum: 1, maximum: 100 },
  },
  max_delay: { description: "No pause is longer.", default: "5m", example: "max_delay: 1m", schema: duration },
  jitter: {
    description: "Pauses vary at random, so that many do not try at once.",
    default: "true",
    example: "jitter: false",
    schema: flag,
  },
  on: {
    description: "Codes of errors that are tried again.",
    default: "[transient]",
    example: "on: [transient, exit-code]",
    schema: texts,
  },
};

export const approvalKeys: KeyTable = {
  message: {
    description: "What is asked.",
    default: 'Run step "ID"?',
    example: "message: Deploy ${{ inputs.tag }}?",
    schema: text,
  },
  approvers: { description: "Who may answer.", default: "anybody", example: "approvers: [ann, bob]", schema: texts },
  expires: {
    description: "The step fails when nobody has answered by then.",
    default: "never",
    example: "expires: 2d",
    schema: duration,
  },
};

export const cacheKeys: KeyTable = {
  key: {
    description: "What the result is known by, beside node and version.",
    default: "the inputs",
    example: "key: ${{ inputs.tag }}",
    schema: text,
  },
  ttl: { description: "How long a result is used again.", default: "for ever", example: "ttl: 1h", schema: duration },
};

/** Where a node runs apart. */
export const isolateKeys: KeyTable = {
  in: {
    description: "A thread of this process, or a process.",
    isRequired: true,
    example: "in: process",
    schema: { enum: ["worker", "process"] },
  },
  memory: {
    description: "Its heap: when the node needs more, its step fails.",
    default: "what Node takes",
    example: "memory: 256mb",
    schema: text,
  },
};
