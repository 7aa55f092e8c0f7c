import { isMap, isScalar, isSeq, type Node } from "yaml";
import {
  type Field,
  given,
  kindOf,
  readBoolean,
  readDuration,
  readFields,
  readJson,
  readText,
  readTexts,
} from "../definition/map-reader.ts";
import { report, resolved, type SourceFile, type Span, spanOf } from "../definition/source-file.ts";
import type { Mock, MockCall, MockFailure } from "./flow-test.ts";
import { failureKeys, mockKeys } from "./test-keys.ts";
import type { TestedFlow } from "./tested-flow.ts";

export function readMocks(
  source: SourceFile,
  field: Field | undefined,
  tested: TestedFlow | undefined,
): ReadonlyMap<string, Mock> {
  const mocks = new Map<string, Mock>();
  for (const each of (field && readFields(source, field.node, "mocks")?.values()) ?? []) {
    const name = tested ? tested.stepOrNodeNamed(source, each.key, each.keySpan) : each.key;
    const mock = readMock(source, each);
    if (name !== undefined && mock !== undefined) mocks.set(name, mock);
  }
  return mocks;
}

/** Steps and nodes that act for real, by full path. */
export function readReal(
  source: SourceFile,
  field: Field | undefined,
  tested: TestedFlow | undefined,
): ReadonlySet<string> {
  const names = readTexts(source, field).map(({ value, span }) =>
    tested ? tested.stepOrNodeNamed(source, value, span) : value,
  );
  return new Set(names.filter((name) => name !== undefined));
}

function readMock(source: SourceFile, field: Field): Mock | undefined {
  if (!isSeq(field.node)) {
    const call = readCall(source, field.node, { span: field.isEmpty ? field.keySpan : field.span, what: field.key });
    return call && { calls: [call], isList: false };
  }
  const items = field.node.items.map((item) => {
    const span = spanOf(item as Node) ?? field.span;
    return readCall(source, resolved(source, item), { span, what: field.key });
  });
  if (items.length > 0) return { calls: items.filter((call) => call !== undefined), isList: true };
  report(source, field.span, { code: "wrong-value", message: "A list of calls has at least one in it." });
  return undefined;
}

function readCall(
  source: SourceFile,
  node: Node | undefined,
  { span, what }: { readonly span: Span; readonly what: string },
): MockCall | undefined {
  if (isScalar(node) && node.value === "never") return { kind: "never" };
  if (!isMap(node)) {
    const message = `The mock of ${what} takes \`never\`, or a map with output or fail; here is ${node ? kindOf(node) : "nothing"}.`;
    report(source, span, { code: "wrong-type", message });
    return undefined;
  }
  const fields = readFields(source, node, "a mock", mockKeys)!;
  const takesMs = readDuration(source, given(fields, "takes")) ?? 0;
  const fail = given(fields, "fail");
  const output = fields.get("output");
  if ((fail === undefined) === (output === undefined)) {
    if (fail === undefined && [...fields.keys()].some((key) => !(key in mockKeys))) return undefined;
    const message = `The mock of ${what} has ${fail ? "both output and fail; it is one of them" : "neither output nor fail"}.`;
    report(source, span, { code: "missing-key", message, hint: "output:" });
    return undefined;
  }
  if (output) return { kind: "output", output: output.isEmpty ? null : readJson(source, output.node), takesMs };
  const failure = readFailure(source, fail!);
  return failure && { kind: "fail", failure, takesMs };
}

function readFailure(source: SourceFile, field: Field): MockFailure | undefined {
  const plain = { code: undefined, isPermanent: false, output: undefined };
  if (!isMap(field.node)) {
    const message = readText(source, field);
    return message === undefined ? undefined : { ...plain, message };
  }
  const fields = readFields(source, field.node, "fail", failureKeys)!;
  const output = given(fields, "output");
  const code = readText(source, given(fields, "code"));
  return {
    message: readText(source, given(fields, "message")) ?? "The test made it fail.",
    code,
    isPermanent: readBoolean(source, given(fields, "permanent")) ?? false,
    output: output && readJson(source, output.node),
  };
}
