import { isScalar, isSeq, type YAMLMap } from "yaml";
import type { KnownNames } from "../expression/check-names.ts";
import type { rootNames } from "../expression/names.ts";
import type { Template } from "../expression/template.ts";
import type { Catalogue } from "./catalogue.ts";
import { reportUnknownName } from "./check-node-step.ts";
import type { Concurrency, Flow, Retention } from "./flow.ts";
import { flowKeys } from "./flow-keys.ts";
import {
  type Field,
  type Fields,
  given,
  isMissing,
  readChoice,
  readDuration,
  readFields,
  readNumber,
  readText,
  readTexts,
  wrongType,
} from "./map-reader.ts";
import { checkReachable } from "./reachable.ts";
import { readInputs, readSecrets } from "./read-inputs.ts";
import { readSteps } from "./read-step.ts";
import { readEnv } from "./read-step-settings.ts";
import { readTemplate } from "./read-template.ts";
import { readTriggers } from "./read-triggers.ts";
import { concurrencyKeys, retentionKeys } from "./setting-keys.ts";
import { report, type SourceFile } from "./source-file.ts";
import { checkIds, findSteps, namedSteps } from "./step-ids.ts";

const defaultConcurrency: Concurrency = { limit: 16, key: undefined, overflow: "queue" };
const defaultRetention: Retention = { runs: 10_000, days: 30 };

/** Reads the whole of a flow; mistakes are reported and replaced by defaults, so that one hides no other. */
export function readFlow(source: SourceFile, contents: YAMLMap, catalogue: Catalogue): Omit<Flow, "text" | "hash"> {
  const fields = readFields(source, contents, "a flow", flowKeys)!;
  const inputs = readInputs(source, given(fields, "inputs"));
  const secrets = readSecrets(source, given(fields, "secrets"));
  const stepNames = findSteps(source, given(fields, "steps")?.node);
  const finalNames = findSteps(source, given(fields, "finally")?.node);
  checkIds(source, [...stepNames, ...finalNames]);
  const names: KnownNames = {
    ...namedSteps([...stepNames, ...finalNames]),
    inputs: new Set(Object.keys(inputs)),
    ...ofPlugins(catalogue),
  };
  const surroundings = { source, catalogue, names, isInLoop: false, isParallelChild: false };
  const steps = given(fields, "steps");
  const finals = given(fields, "finally");
  const read = {
    name: readName(source, fields),
    file: source.file,
    description: readText(source, given(fields, "description")),
    env: readEnv(source, given(fields, "env"), limited(names, "env", "vars", "inputs", "flow")),
    dotenv: readDotenv(source, given(fields, "dotenv")),
    secrets,
    inputs,
    triggers: readTriggers(source, fields, catalogue, limited(names, "env", "vars", "secrets", "flow")),
    concurrency: readConcurrency(
      source,
      given(fields, "concurrency"),
      limited(names, "env", "vars", "inputs", "trigger", "flow"),
    ),
    timeoutMs: readDuration(source, given(fields, "timeout")),
    steps: steps ? readSteps(surroundings, steps, stepNames) : [],
    finally: finals ? readSteps(surroundings, finals, finalNames) : [],
    outputs: readOutputs(source, given(fields, "outputs"), names),
    retention: readRetention(source, given(fields, "retention")),
    hooks: readHooks(source, given(fields, "hooks"), catalogue),
  };
  if (!steps && (fields.has("steps") || isMissing(fields, "steps")))
    report(source, fields.get("steps")?.keySpan ?? startOf(fields), {
      code: "missing-key",
      message: "A flow has steps, at least one.",
    });
  checkReachable(source, read.steps, stepNames);
  return read;
}

function ofPlugins({ functions, isPartial }: Catalogue): Pick<KnownNames, "functions" | "isPartial"> {
  return { functions, isPartial };
}

function startOf(fields: Fields): { start: number; end: number } {
  const first = [...fields.values()][0];
  return first?.keySpan ?? { start: 0, end: 0 };
}

function limited(names: KnownNames, ...roots: (typeof rootNames)[number][]): KnownNames {
  return { ...names, roots: new Set(roots) };
}

function readName(source: SourceFile, fields: Fields): string {
  const field = given(fields, "name");
  if (!field) {
    if (!fields.has("name") && !isMissing(fields, "name")) return "";
    const message = "A flow has a name, by which runs, logs and other flows know it.";
    report(source, fields.get("name")?.keySpan ?? startOf(fields), { code: "missing-key", message });
    return "";
  }
  const name = readText(source, field) ?? "";
  if (name !== "" && !/^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,99}$/u.test(name)) {
    const message =
      "A name has letters, digits, spaces and _ . - in it, at most 100 of them, and begins with a letter or digit.";
    report(source, field.span, { code: "invalid-name", message });
  }
  return name;
}

/** One path, or a list of them. */
function readDotenv(source: SourceFile, field: Field | undefined): readonly string[] {
  const value = isScalar(field?.node) ? field.node.value : undefined;
  if (field && !isSeq(field.node) && typeof value !== "string")
    return wrongType(source, field, "a path or a list of paths") ?? [];
  return typeof value === "string" ? [value] : readTexts(source, field).map((text) => text.value);
}

function readConcurrency(source: SourceFile, field: Field | undefined, names: KnownNames): Concurrency {
  const fields = field && readFields(source, field.node, "concurrency", concurrencyKeys);
  if (!fields) return defaultConcurrency;
  const key = given(fields, "key");
  return {
    limit: readNumber(source, given(fields, "limit"), { min: 1, max: 1_000_000 }) ?? defaultConcurrency.limit,
    key: key && readTemplate(source, key, names),
    overflow: readChoice(source, given(fields, "overflow"), ["queue", "drop", "replace"]) ?? "queue",
  };
}

function readRetention(source: SourceFile, field: Field | undefined): Retention {
  const fields = field && readFields(source, field.node, "retention", retentionKeys);
  if (!fields) return defaultRetention;
  return {
    runs: readNumber(source, given(fields, "runs"), { min: 1 }) ?? defaultRetention.runs,
    days: readNumber(source, given(fields, "days"), { min: 0, whole: false }) ?? defaultRetention.days,
  };
}

function readOutputs(source: SourceFile, field: Field | undefined, names: KnownNames): Record<string, Template> {
  const outputs: Record<string, Template> = {};
  const fields = field && readFields(source, field.node, "outputs");
  for (const output of fields?.values() ?? []) {
    if (!output.isEmpty) outputs[output.key] = readTemplate(source, output, names);
  }
  return outputs;
}

function readHooks(source: SourceFile, field: Field | undefined, catalogue: Catalogue): readonly string[] {
  const hooks = readTexts(source, field);
  for (const { value: name, span } of hooks) {
    if (!catalogue.hooks || catalogue.hooks.has(name)) continue;
    reportUnknownName(source, catalogue, { code: "unknown-hook", what: "hook", name, span, known: catalogue.hooks });
  }
  return hooks.map((hook) => hook.value);
}
