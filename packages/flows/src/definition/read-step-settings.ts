import { parseSize } from "@pawl/hooks/guard";
import { isMap, isScalar } from "yaml";
import type { KnownNames } from "../expression/check-names.ts";
import type { Template } from "../expression/template.ts";
import type { Approval, Isolation, NodeStep, Retry } from "./flow.ts";
import {
  type Field,
  given,
  kindOf,
  readBoolean,
  readChoice,
  readDuration,
  readFields,
  readNumber,
  readTexts,
  wrongType,
} from "./map-reader.ts";
import { constantTemplate, readTemplate } from "./read-template.ts";
import { approvalKeys, cacheKeys, isolateKeys, retryKeys } from "./setting-keys.ts";
import { report, type SourceFile } from "./source-file.ts";

/** Less does not hold Node itself. */
const leastMegabytes = 16;
const retryDefaults: Retry = {
  attempts: 3,
  initialDelayMs: 1_000,
  backoffFactor: 2,
  maxDelayMs: 300_000,
  jitter: true,
  on: ["transient"],
};

/** `retry: 3`, or a map; both have the same defaults. */
export function readRetry(source: SourceFile, field: Field | undefined): Retry | undefined {
  if (!field) return undefined;
  if (!isMap(field.node)) {
    const attempts = readNumber(source, field, { min: 0, max: 1_000 });
    return attempts === undefined ? undefined : { ...retryDefaults, attempts: Math.max(1, attempts) };
  }
  const fields = readFields(source, field.node, "retry", retryKeys)!;
  return {
    attempts: readNumber(source, given(fields, "attempts"), { min: 1, max: 1_000 }) ?? retryDefaults.attempts,
    initialDelayMs: readDuration(source, given(fields, "initial_delay")) ?? retryDefaults.initialDelayMs,
    backoffFactor:
      readNumber(source, given(fields, "backoff_factor"), { min: 1, max: 100, whole: false }) ??
      retryDefaults.backoffFactor,
    maxDelayMs: readDuration(source, given(fields, "max_delay")) ?? retryDefaults.maxDelayMs,
    jitter: readBoolean(source, given(fields, "jitter")) ?? retryDefaults.jitter,
    on: given(fields, "on") ? readTexts(source, given(fields, "on")).map((text) => text.value) : retryDefaults.on,
  };
}

/** `approval: true`, or a map. */
export function readApproval(source: SourceFile, field: Field | undefined, names: KnownNames): Approval | undefined {
  if (!field) return undefined;
  const none: Approval = { message: undefined, approvers: [], expiresMs: undefined };
  if (isScalar(field.node) && typeof field.node.value === "boolean") return field.node.value ? none : undefined;
  if (!isMap(field.node)) return wrongType(source, field, "true or a map with message, approvers and expires");
  const fields = readFields(source, field.node, "approval", approvalKeys)!;
  const message = given(fields, "message");
  return {
    message: message && readTemplate(source, message, names),
    approvers: readTexts(source, given(fields, "approvers")).map((text) => text.value),
    expiresMs: readDuration(source, given(fields, "expires")),
  };
}

/** `cache: true`, or a map. */
export function readCache(source: SourceFile, field: Field | undefined, names: KnownNames): NodeStep["cache"] {
  if (!field) return undefined;
  if (isScalar(field.node) && typeof field.node.value === "boolean") {
    return field.node.value ? { key: undefined, ttlMs: undefined } : undefined;
  }
  if (!isMap(field.node)) return wrongType(source, field, "true or a map with key and ttl");
  const fields = readFields(source, field.node, "cache", cacheKeys)!;
  const key = given(fields, "key");
  return { key: key && readTemplate(source, key, names), ttlMs: readDuration(source, given(fields, "ttl")) };
}

const isolations = ["worker", "process"] as const;

/** `isolate: worker`, `isolate: process`, or a map. */
export function readIsolation(source: SourceFile, field: Field | undefined): Isolation | undefined {
  if (!field) return undefined;
  if (!isMap(field.node)) {
    const kind = readChoice(source, field, isolations);
    return kind === undefined ? undefined : { in: kind, memoryMb: undefined };
  }
  const fields = readFields(source, field.node, "isolate", isolateKeys)!;
  const kind = readChoice(source, given(fields, "in"), isolations);
  const memoryMb = readMegabytes(source, given(fields, "memory"));
  return kind === undefined ? undefined : { in: kind, memoryMb };
}

function readMegabytes(source: SourceFile, field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const bytes = isScalar(field.node) ? parseSize(field.node.value) : undefined;
  const megabytes = bytes === undefined ? 0 : Math.floor(bytes / 1_048_576);
  if (megabytes >= leastMegabytes) return megabytes;
  const message = `${field.key} takes a size of ${leastMegabytes}mb or more, as 256mb.`;
  report(source, field.span, { code: "wrong-value", message });
  return undefined;
}

/** Names with text; numbers and booleans become text, as the environment knows nothing else. */
export function readEnv(source: SourceFile, field: Field | undefined, names: KnownNames): Record<string, Template> {
  const env: Record<string, Template> = {};
  const fields = field && readFields(source, field.node, field.key);
  for (const variable of fields?.values() ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable.key)) {
      const message = `A variable's name has letters, digits and underscores; here is "${variable.key}".`;
      report(source, variable.keySpan, { code: "wrong-value", message });
    } else if (variable.isEmpty) {
      env[variable.key] = constantTemplate("");
    } else if (!isScalar(variable.node)) {
      const message = `A variable is text, a number or a boolean; ${variable.key} is ${kindOf(variable.node)}.`;
      report(source, variable.span, { code: "wrong-type", message });
    } else if (typeof variable.node.value === "string") {
      env[variable.key] = readTemplate(source, variable, names);
    } else {
      env[variable.key] = constantTemplate(String(variable.node.value));
    }
  }
  return env;
}
