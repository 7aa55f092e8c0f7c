import { didYouMean } from "@pawl/hooks/diagnostics";
import { isScalar, type Node } from "yaml";
import type { DraftPod } from "./draft.ts";
import type { Fields } from "./fields.ts";
import type { PodBody, PodRetry } from "./network.ts";
import { isOrigin, type PodType, podTypeNames } from "./pod-type.ts";
import { aggregateKeys, readAggregate } from "./read-aggregate.ts";
import { originKeys, readOrigin } from "./read-origin.ts";

const podKeys = ["id", "template", "type", "description", "module", "flow", "command", "hookTimeout", "retry"];
const runKeys = ["concurrency", "mailbox", "isolate", "cpu", "timeout", "ingressCount", "keep"];

/** Every key a pod may have, whatever its type. */
export const allPodKeys: readonly string[] = [...podKeys, ...runKeys, ...originKeys, ...aggregateKeys];

export const idRule = "lower-case letters, digits and hyphens, beginning and ending with a letter or digit, up to 40";
const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

export function isId(text: string): boolean {
  return dnsLabel.test(text);
}

/** Defaults of a whole file, written once at its top. */
export interface PodDefaults {
  readonly hookTimeoutMs: number;
  readonly retry: PodRetry;
}

export function readPod(fields: Fields, defaults: PodDefaults): DraftPod | undefined {
  const id = readId(fields);
  const type = readType(fields);
  if (id === undefined) return undefined;
  refuseForeignKeys(fields, type);
  const timeoutMs = type === "aggregator" ? undefined : fields.duration("timeout");
  return {
    id,
    node: fields.node,
    idNode: fields.value("id") ?? fields.node,
    type,
    description: fields.string("description"),
    body: readBody(fields),
    hookTimeoutMs: fields.duration("hookTimeout") ?? timeoutMs ?? defaults.hookTimeoutMs,
    retry: readRetry(fields) ?? defaults.retry,
    concurrency: fields.integer("concurrency", 1) ?? 64,
    mailbox: readMailbox(fields),
    isolate: readIsolation(fields),
    origin: type !== undefined && isOrigin(type) ? readOrigin(fields) : undefined,
    aggregate: type === "aggregator" ? readAggregate(fields) : undefined,
    keep: fields.integer("keep", 1) ?? 1_000,
    ingressCount: readIngressCount(fields),
  };
}

function readId(fields: Fields): string | undefined {
  if (!fields.has("id")) {
    fields.report.error("missing-key", "A pod has an id.", fields.node);
    return undefined;
  }
  const node = fields.value("id");
  const id = isScalar(node) && node.value !== null ? String(node.value) : undefined;
  if (id !== undefined && isId(id)) return id;
  const came = id === undefined ? "something else" : JSON.stringify(id.length > 60 ? `${id.slice(0, 60)}…` : id);
  fields.report.error("bad-id", `A pod's id is ${idRule}; here it is ${came}.`, node ?? fields.key("id"));
  return id;
}

function readType(fields: Fields): PodType | undefined {
  const key = fields.has("type") ? "type" : "template";
  if (fields.has("type") && fields.has("template")) {
    fields.report.error("bad-value", "A pod has a type or a template, not both.", fields.key("template"));
  }
  if (!fields.has(key)) {
    fields.report.error(
      "missing-key",
      `A pod has a type: ${[...podTypeNames.keys()].slice(0, 7).join(", ")}.`,
      fields.node,
    );
    return undefined;
  }
  const name = fields.string(key);
  if (name === undefined) return undefined;
  const type = podTypeNames.get(name);
  if (type === undefined) {
    const hint = didYouMean(name, podTypeNames.keys()) || ` Known: ${[...podTypeNames.keys()].join(", ")}.`;
    fields.report.error("unknown-type", `There is no pod type "${name}".${hint}`, fields.value(key));
  }
  return type;
}

/** A key of another type does nothing here, so it is a mistake and not an extra. */
function refuseForeignKeys(fields: Fields, type: PodType | undefined): void {
  if (type === undefined) return;
  const refuse = (keys: readonly string[], owner: string) => {
    for (const key of keys) {
      if (fields.has(key)) {
        fields.report.error(
          "unknown-key",
          `The key "${key}" belongs to ${owner}, not to the type ${type}.`,
          fields.key(key),
        );
      }
    }
  };
  if (!isOrigin(type)) refuse(originKeys, "a gateway or an initiator");
  if (type !== "aggregator") refuse(aggregateKeys, "an aggregator");
  if (type !== "sink") refuse(["keep"], "a sink");
}

function readBody(fields: Fields): PodBody {
  const given = ["module", "flow", "command"].filter((key) => fields.has(key));
  if (given.length > 1) {
    const message = `A pod is one of module, flow and command; here it is ${given.join(" and ")}.`;
    fields.report.error("bad-value", message, fields.key(given[1]!));
  }
  if (fields.has("flow")) {
    const flow = fields.string("flow");
    if (flow !== undefined) return { kind: "flow", flow };
  }
  if (fields.has("command")) {
    const argv = readCommand(fields);
    if (argv !== undefined) return { kind: "command", argv };
  }
  return { kind: "module", file: fields.has("module") ? fields.string("module") : undefined };
}

/** A list is run as it is; a text is handed to the shell, as command hooks are. */
function readCommand(fields: Fields): [string, ...string[]] | undefined {
  const node: Node | null | undefined = fields.value("command");
  if (isScalar(node) && typeof node.value === "string") {
    const line = fields.string("command");
    return line === undefined ? undefined : ["/bin/sh", "-c", line];
  }
  const list = fields.strings("command");
  return list === undefined ? undefined : (list as [string, ...string[]]);
}

export const defaultRetry: PodRetry = { attempts: 5, initialDelayMs: 250, factor: 2, maxDelayMs: 30_000 };
const retryKeys = ["attempts", "initialDelay", "backoffFactor", "maxDelay"];

/** `retry: 3`, or a map. Absent: the default, five attempts. */
export function readRetry(fields: Fields): PodRetry | undefined {
  if (!fields.has("retry")) return undefined;
  if (isScalar(fields.value("retry"))) return { ...defaultRetry, attempts: fields.integer("retry", 1) ?? 1 };
  const map = fields.map("retry", retryKeys);
  return {
    attempts: map?.integer("attempts", 1) ?? defaultRetry.attempts,
    initialDelayMs: map?.duration("initialDelay") ?? defaultRetry.initialDelayMs,
    factor: map?.number("backoffFactor", 1) ?? defaultRetry.factor,
    maxDelayMs: map?.duration("maxDelay") ?? defaultRetry.maxDelayMs,
  };
}

function readMailbox(fields: Fields): { messages: number; bytes: number } {
  const standard = { messages: 10_000, bytes: 64 * 1024 * 1024 };
  if (!fields.has("mailbox")) return standard;
  if (isScalar(fields.value("mailbox"))) return { ...standard, messages: fields.integer("mailbox", 1) ?? 1 };
  const map = fields.map("mailbox", ["messages", "bytes"]);
  return {
    messages: map?.integer("messages", 1) ?? standard.messages,
    bytes: map?.integer("bytes", 1) ?? standard.bytes,
  };
}

function readIsolation(fields: Fields): "worker" | undefined {
  const isolate = fields.choice("isolate", ["worker", "none"]);
  const cpu = fields.boolean("cpu");
  if (isolate !== undefined) return isolate === "worker" ? "worker" : undefined;
  return cpu === true ? "worker" : undefined;
}

function readIngressCount(fields: Fields): { count: number; node: Node } | undefined {
  const count = fields.integer("ingressCount", 0);
  return count === undefined ? undefined : { count, node: fields.value("ingressCount")! };
}
