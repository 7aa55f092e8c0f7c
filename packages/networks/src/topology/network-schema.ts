import { podTypeNames } from "./pod-type.ts";
import { allPodKeys } from "./read-pod.ts";

type JsonSchema = { readonly [key: string]: unknown };
type Key = readonly [description: string, schema: JsonSchema];

const text: JsonSchema = { type: "string" };
const flag: JsonSchema = { type: "boolean" };
const count: JsonSchema = { type: "integer", minimum: 1 };
const duration: JsonSchema = { type: ["string", "number"] };
const map: JsonSchema = { type: "object" };
const retry: JsonSchema = {
  type: "object",
  properties: {
    attempts: { ...count, description: "Calls of the hook in all." },
    initialDelay: { ...duration, description: "Before the second one." },
    backoffFactor: { type: "number", description: "By how much each delay is longer than the one before." },
    maxDelay: { ...duration, description: "The longest delay." },
  },
};

/** What a pod may have, whatever its type; which type takes which key is checked when the file is read. */
export const podKeySchemas: Readonly<Record<string, Key>> = {
  id: ["Its name, unique in the network.", text],
  type: ["What it is in its network.", { enum: [...podTypeNames.keys()] }],
  template: ["The same, as other runtimes write it.", text],
  description: ["What it is for.", text],
  module: ["The file with its hook. Default: networks/<network>/<pod>.", text],
  flow: ["The flow that is its hook.", text],
  command: ["The program that is its hook.", { anyOf: [text, { type: "array", items: text }] }],
  hookTimeout: ["How long its hook may take. Default: 30s.", duration],
  retry: ["How often, and when, a message that failed is tried again.", retry],
  concurrency: ["Calls of its hook at once. Default: 64.", count],
  mailbox: ["How many messages may wait for it.", {}],
  isolate: ["Runs its hook in a thread of its own.", {}],
  cpu: ["Its hook computes for long.", {}],
  timeout: ["Of an aggregator: how long a set may stay open; of others the same as hookTimeout.", duration],
  ingressCount: ["How many connections it is meant to have.", count],
  keep: ["Of a sink: how many results are kept. Default: 1000.", count],
  maxBody: ["Of an origin: bytes of a request. Default: 1 MiB.", count],
  rateLimit: ["Of an origin: requests each second.", { type: "number" }],
  forwardHeaders: ["Of an origin: headers that travel with the message.", { type: "array", items: text }],
  auth: ["Of a gateway: the variable that holds its bearer token or API key.", map],
  autoTrigger: ["Of an origin: messages that it sends by itself.", { anyOf: [flag, map] }],
  trigger: ["Of an origin: the trigger that feeds it.", map],
  correlate: ["Of an aggregator: what belongs together.", { anyOf: [{ enum: ["origin", "zip"] }, map] }],
  onMissing: ["Of an aggregator: what a branch without a message is.", { enum: ["skip", "null", "propagate"] }],
  onTimeout: ["Of an aggregator: what becomes of a set that is not complete.", { enum: ["fail", "partial", "drop"] }],
  lateWindow: ["Of an aggregator: how long late messages are known as such.", duration],
  maxOpen: ["Of an aggregator: sets that may be open at once. Default: 10000.", count],
};

/** JSON Schema (draft 7) of network files, for editors. Keys may be written `onMissing`, `on_missing` and `on-missing`. */
export function networkSchema(): JsonSchema {
  const pod = mapOf(Object.fromEntries(allPodKeys.map((key) => [key, podKeySchemas[key]!])));
  const connection = {
    type: "object",
    required: ["from", "to"],
    properties: {
      from: { ...text, description: "The pod that a message leaves." },
      to: { ...text, description: "The pod that it comes to." },
    },
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pawl network",
    ...mapOf({
      name: ["Its name, unique in the project.", text],
      description: ["What it is for.", text],
      strict: ["A pod without a hook is a mistake.", flag],
      hookTimeout: ["How long a hook may take, unless its pod says otherwise. Default: 30s.", duration],
      retry: ["How a message that failed is tried again, unless its pod says otherwise.", retry],
      pods: ["Who passes messages on.", { type: "array", minItems: 1, items: pod }],
      connections: ["Who passes them to whom.", { type: "array", items: connection }],
    }),
    required: ["name", "pods"],
  };
}

function mapOf(keys: Readonly<Record<string, Key>>): JsonSchema {
  const properties = Object.entries(keys).map(([key, [description, schema]]) => [key, { description, ...schema }]);
  return { type: "object", properties: Object.fromEntries(properties) };
}
