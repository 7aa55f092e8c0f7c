import { isMap, isScalar, isSeq, type Node } from "yaml";
import { type Field, given, kindOf, readChoice, readFields, readJson, readText } from "../definition/map-reader.ts";
import { report, resolved, type SourceFile, type Span, spanOf } from "../definition/source-file.ts";
import type { GivenAnswer } from "./flow-test.ts";
import { answerKeys } from "./test-keys.ts";
import type { TestedFlow } from "./tested-flow.ts";

const decisions = ["approve", "reject"] as const;

export function readAnswers(
  source: SourceFile,
  field: Field | undefined,
  tested: TestedFlow | undefined,
): ReadonlyMap<string, readonly GivenAnswer[]> {
  const answers = new Map<string, readonly GivenAnswer[]>();
  for (const each of (field && readFields(source, field.node, "answers")?.values()) ?? []) {
    const name = tested ? tested.stepNamed(source, each.key, each.keySpan) : each.key;
    if (name !== undefined && tested && !tested.asks(name)) reportUnasked(source, each, tested);
    const given = readOneOrMany(source, each);
    if (name !== undefined && given.length > 0) answers.set(name, given);
  }
  return answers;
}

function reportUnasked(source: SourceFile, { key, keySpan }: Field, { asking }: TestedFlow): void {
  const known = asking.length === 0 ? "No step does." : `These do: ${asking.join(", ")}.`;
  const message = `Step ${key} asks nobody: it has no approval, and its node asks for no value. ${known}`;
  report(source, keySpan, { code: "unused-answer", message });
}

function readOneOrMany(source: SourceFile, field: Field): GivenAnswer[] {
  if (!isSeq(field.node)) return [readAnswer(source, field.node, field.span)].filter((answer) => answer !== undefined);
  return field.node.items.flatMap((item) => {
    return readAnswer(source, resolved(source, item), spanOf(item as Node) ?? field.span) ?? [];
  });
}

function readAnswer(source: SourceFile, node: Node | undefined, span: Span): GivenAnswer | undefined {
  const word = isScalar(node) ? node.value : undefined;
  const decision = decisions.find((each) => each === word);
  if (decision) return { kind: "approval", decision, by: undefined, comment: undefined };
  if (!isMap(node)) {
    const message = `An answer is \`approve\`, \`reject\`, or a map with decision or value; here is ${node ? kindOf(node) : "nothing"}.`;
    report(source, span, { code: "wrong-type", message, ...(word === undefined ? {} : { hint: `value: ${word}` }) });
    return undefined;
  }
  const fields = readFields(source, node, "an answer", answerKeys)!;
  const by = readText(source, given(fields, "by"));
  const value = fields.get("value");
  const said = readChoice(source, given(fields, "decision"), decisions);
  if (value && !said) return { kind: "input", value: value.isEmpty ? null : readJson(source, value.node), by };
  if (said && !value)
    return { kind: "approval", decision: said, by, comment: readText(source, given(fields, "comment")) };
  if (!given(fields, "decision") || value) {
    const message = `An answer has ${value ? "decision or value, not both" : "a decision or a value"}.`;
    report(source, span, { code: "missing-key", message });
  }
  return undefined;
}
