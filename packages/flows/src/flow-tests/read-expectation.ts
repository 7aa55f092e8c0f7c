import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { isScalar, type Node } from "yaml";
import {
  type Field,
  type Fields,
  given,
  readChoice,
  readFields,
  readJson,
  readNumber,
  readText,
  readTexts,
} from "../definition/map-reader.ts";
import { positionsIn } from "../definition/read-template.ts";
import { place, report, type SourceFile } from "../definition/source-file.ts";
import type { PositionOf } from "../expression/template.ts";
import { problemOfMatchers } from "./compare.ts";
import type { Expectation, Expected, ExpectedStep } from "./flow-test.ts";
import { expectationKeys, expectedStepKeys } from "./test-keys.ts";
import type { TestedFlow } from "./tested-flow.ts";

const runStatuses = ["completed", "failed", "cancelled", "waiting"] as const;
const stepStatuses = ["completed", "failed", "skipped", "cancelled", "waiting", "unreached"] as const;

/** `expect` of a test; without it the run completes. */
export function readExpectation(
  source: SourceFile,
  field: Field | undefined,
  { tested, node }: { readonly tested: TestedFlow | undefined; readonly node: Node },
): Expectation {
  const fields = (field && readFields(source, field.node, "expect", expectationKeys)) || new Map<string, Field>();
  const error = readError(source, given(fields, "error"));
  const order = readTexts(source, given(fields, "order"));
  for (const { value, span } of order) tested?.stepNamed(source, value, span);
  return {
    status: readChoice(source, given(fields, "status"), runStatuses) ?? (error ? "failed" : "completed"),
    error,
    outputs: readOutputs(source, given(fields, "outputs"), tested),
    order: given(fields, "order") && { value: order.map(({ value }) => value), at: at(source, fields, "order") },
    skipped: textsAt(source, given(fields, "skipped"), tested),
    log: textsAt(source, given(fields, "log"), undefined),
    steps: readSteps(source, given(fields, "steps"), tested),
    at: field ? positionsIn(source, field.node) : () => place(source, nameSpan(node)),
  };
}

function nameSpan(node: Node): { start: number; end: number } {
  const start = node.range?.[0] ?? 0;
  return { start, end: start + 1 };
}

function at(source: SourceFile, fields: Fields, key: string): PositionOf {
  return positionsIn(source, given(fields, key)!.node);
}

function textsAt(source: SourceFile, field: Field | undefined, tested: TestedFlow | undefined): Expected<string>[] {
  return readTexts(source, field).flatMap(({ value, span }) => {
    const name = tested ? tested.stepNamed(source, value, span) : value;
    return name === undefined ? [] : [{ value: name, at: () => place(source, span) }];
  });
}

function readOutputs(
  source: SourceFile,
  field: Field | undefined,
  tested: TestedFlow | undefined,
): Expected | undefined {
  const fields = field && readFields(source, field.node, "outputs");
  if (!fields) return undefined;
  const known = Object.keys(tested?.flow.outputs ?? {});
  for (const { key, keySpan } of fields.values()) {
    if (!tested || known.includes(key) || key.startsWith("$")) continue;
    const message = `The flow "${tested.flow.name}" has no output "${key}".${didYouMean(key, known)}`;
    report(source, keySpan, { code: "unknown-output", message, hint: nearest(key, known) });
  }
  return readExpected(source, field);
}

function readExpected(source: SourceFile, field: Field | undefined): Expected | undefined {
  if (!field) return undefined;
  const value = field.isEmpty ? null : readJson(source, field.node);
  const positions = positionsIn(source, field.node);
  const problem = problemOfMatchers(value);
  if (problem) report(source, field.span, { code: "unknown-matcher", ...problem });
  return { value, at: positions };
}

/** A code alone, or a map of `code` and a part of `message`. */
function readError(source: SourceFile, field: Field | undefined): Expected | undefined {
  if (!field) return undefined;
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value === "string") return { value: { code: value }, at: positionsIn(source, field.node) };
  const fields = readFields(source, field.node, "error", errorKeys);
  if (!fields) return undefined;
  const code = readText(source, given(fields, "code"));
  const message = readText(source, given(fields, "message"));
  return {
    value: {
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message: { $contains: message } }),
    },
    at: positionsIn(source, field.node),
  };
}

const errorKeys = {
  code: { description: "", example: "", schema: {} },
  message: { description: "", example: "", schema: {} },
};

function readSteps(source: SourceFile, field: Field | undefined, tested: TestedFlow | undefined): ExpectedStep[] {
  const fields = field && readFields(source, field.node, "steps");
  return [...(fields?.values() ?? [])].flatMap((each) => {
    const name = tested ? tested.stepNamed(source, each.key, each.keySpan) : each.key;
    const step = readStep(source, each);
    return name === undefined || step === undefined ? [] : [{ ...step, name }];
  });
}

const nothing = { output: undefined, error: undefined, with: undefined } as const;
const noNumbers = { attempts: undefined, count: undefined, reason: undefined } as const;

function readStep(source: SourceFile, field: Field): Omit<ExpectedStep, "name"> | undefined {
  const positions: PositionOf = () => place(source, field.keySpan);
  if (isScalar(field.node) && !field.isEmpty) {
    const status = readChoice(source, field, stepStatuses);
    return status && { ...nothing, ...noNumbers, status, at: positions };
  }
  const fields = readFields(source, field.node, "what is expected of a step", expectedStepKeys);
  if (!fields) return undefined;
  const error = readError(source, given(fields, "error"));
  const output = fields.get("output");
  return {
    status: readChoice(source, given(fields, "status"), stepStatuses) ?? (error ? "failed" : undefined),
    output: readExpected(source, output),
    error,
    with: readExpected(source, given(fields, "with")),
    attempts: readNumber(source, given(fields, "attempts"), { min: 0 }),
    count: readNumber(source, given(fields, "count"), { min: 0 }),
    reason: readText(source, given(fields, "reason")),
    at: positions,
  };
}
