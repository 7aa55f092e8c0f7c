import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { isScalar } from "yaml";
import { type Field, type Fields, given, readFields, readJson, readText, wrongType } from "../definition/map-reader.ts";
import { add, place, report, type SourceFile, type Span } from "../definition/source-file.ts";
import { InputError } from "../engine/input-error.ts";
import { readRunInputs } from "../engine/read-run-inputs.ts";
import { asText } from "../execution/scope/step-env.ts";
import type { Json, JsonObject } from "../json.ts";
import type { GivenAnswer, GivenToRun, Mock } from "./flow-test.ts";
import { readAnswers } from "./read-answers.ts";
import { readMocks, readReal } from "./read-mocks.ts";
import { triggerEventKeys } from "./test-keys.ts";
import type { TestedFlow } from "./tested-flow.ts";

/** What a file says for all of its tests, or one test for itself. */
export interface Givens {
  readonly inputs: { readonly value: JsonObject; readonly span: Span; readonly fields: Fields } | undefined;
  readonly vars: JsonObject;
  readonly trigger: GivenToRun["trigger"] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly now: number | undefined;
  readonly mocks: ReadonlyMap<string, Mock>;
  readonly real: ReadonlySet<string>;
  readonly answers: ReadonlyMap<string, readonly GivenAnswer[]>;
}

const beginning = Date.UTC(2026, 0, 1);

export function readGivens(source: SourceFile, fields: Fields, tested: TestedFlow | undefined): Givens {
  const inputs = given(fields, "inputs");
  const inputFields = inputs && readFields(source, inputs.node, "inputs");
  return {
    inputs: inputFields && { value: jsonMap(source, inputs), span: inputs.keySpan, fields: inputFields },
    vars: jsonMap(source, given(fields, "vars")),
    trigger: readTrigger(source, given(fields, "trigger")),
    env: textMap(source, given(fields, "env")),
    secrets: readSecrets(source, given(fields, "secrets"), tested),
    now: readTime(source, given(fields, "now")),
    mocks: readMocks(source, given(fields, "mocks"), tested),
    real: readReal(source, given(fields, "real"), tested),
    answers: readAnswers(source, given(fields, "answers"), tested),
  };
}

/** What a test says wins over what its file does; mocks and answers are put together elsewhere. */
export function mergedGivens(common: Givens, own: Givens): Omit<GivenToRun, "now"> & { readonly now: number } {
  return {
    inputs: { ...common.inputs?.value, ...own.inputs?.value },
    vars: { ...common.vars, ...own.vars },
    trigger: { ...common.trigger, ...own.trigger },
    env: { ...common.env, ...own.env },
    secrets: { ...common.secrets, ...own.secrets },
    now: own.now ?? common.now ?? beginning,
  };
}

/** Checks the inputs as a run would, and says what is wrong at their place. */
export function toGiven(
  source: SourceFile,
  merged: GivenToRun,
  { tested, at }: { readonly tested: TestedFlow | undefined; readonly at: { readonly span: Span; fields?: Fields } },
): GivenToRun {
  if (!tested) return merged;
  try {
    readRunInputs(tested.flow, merged.inputs);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const diagnostic of error.diagnostics) reportInput(source, diagnostic, at);
  }
  return merged;
}

function reportInput(
  source: SourceFile,
  diagnostic: Diagnostic,
  { span, fields }: { readonly span: Span; readonly fields?: Fields },
): void {
  const named = [...(fields?.values() ?? [])].find(({ key }) => diagnostic.message.includes(`input "${key}"`));
  const { hint: _, ...rest } = diagnostic;
  add(source, { ...rest, ...place(source, named?.keySpan ?? { start: span.start, end: span.start + 1 }) });
}

function jsonMap(source: SourceFile, field: Field | undefined): JsonObject {
  if (!field || !readFields(source, field.node, field.key)) return {};
  return readJson(source, field.node) as JsonObject;
}

function textMap(source: SourceFile, field: Field | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(jsonMap(source, field))) {
    if (typeof value !== "object" || value === null) texts[name] = asText(value);
    else {
      const message = `${field!.key}.${name} takes text; here is ${Array.isArray(value) ? "a list" : "a map"}.`;
      report(source, readFields(source, field!.node, field!.key)!.get(name)!.span, { code: "wrong-type", message });
    }
  }
  return texts;
}

function readSecrets(source: SourceFile, field: Field | undefined, tested: TestedFlow | undefined) {
  const secrets = textMap(source, field);
  const known = tested?.secrets ?? [];
  for (const name of Object.keys(secrets)) {
    if (!tested || tested.isPartial || known.includes(name)) continue;
    const message = `The flow "${tested.flow.name}" has no secret "${name}".${didYouMean(name, known)}`;
    const { keySpan } = readFields(source, field!.node, "secrets")!.get(name)!;
    report(source, keySpan, { code: "unknown-secret", message, hint: nearest(name, known) });
  }
  return secrets;
}

function readTrigger(source: SourceFile, field: Field | undefined): GivenToRun["trigger"] | undefined {
  const fields = field && readFields(source, field.node, "trigger", triggerEventKeys);
  if (!fields) return undefined;
  const type = readText(source, given(fields, "type"));
  const payload = given(fields, "payload");
  const event = given(fields, "event");
  const eventId = readText(source, given(fields, "event_id"));
  return {
    ...(type === undefined ? {} : { type }),
    ...(payload === undefined ? {} : { payload: readJson(source, payload.node) as Json }),
    ...(event === undefined ? {} : { event: jsonMap(source, event) }),
    ...(eventId === undefined ? {} : { eventId }),
  };
}

function readTime(source: SourceFile, field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const value = isScalar(field.node) ? field.node.value : undefined;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  return wrongType(source, field, "a date and time, as 2026-03-29T00:30:00Z");
}
