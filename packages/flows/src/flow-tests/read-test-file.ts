import { byPosition, type Diagnostic, didYouMean, hasErrors, nearest } from "@pawl/hooks/diagnostics";
import { isMap, isSeq, type Node } from "yaml";
import type { Names } from "../definition/catalogue.ts";
import type { Flow, ParsedFlow } from "../definition/flow.ts";
import {
  type Field,
  type Fields,
  given,
  isMissing,
  kindOf,
  readFields,
  readText,
  wrongType,
} from "../definition/map-reader.ts";
import { readYaml } from "../definition/read-yaml.ts";
import { createSourceFile, report, resolved, type SourceFile, spanOf } from "../definition/source-file.ts";
import type { FlowTest } from "./flow-test.ts";
import { readExpectation } from "./read-expectation.ts";
import { type Givens, mergedGivens, readGivens, toGiven } from "./read-givens.ts";
import { testFileKeys, testKeys } from "./test-keys.ts";
import { TestedFlow } from "./tested-flow.ts";

export interface TestFileOptions {
  readonly file?: string | undefined;
  readonly nodes: Names;
  /** Names of the project's flows. */
  readonly flows: Iterable<string>;
  /** Names of secrets that every flow of the project has. */
  readonly secrets?: Iterable<string>;
  /** Plugins and the configuration have not been loaded: names that they may bring are warnings. */
  readonly isPartial?: boolean;
  /** The flow of that name; without a name the one that the test file stands beside. */
  readonly findFlow: (name: string | undefined) => Promise<ParsedFlow | undefined>;
}

export interface ParsedFlowTests {
  readonly file: string | undefined;
  /** Nothing when it is not known which one is tested. */
  readonly flow: Flow | undefined;
  /** None when the file has mistakes. */
  readonly tests: readonly FlowTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Text of a test file to its tests, or to everything that is wrong with it, in the order of the file. Never throws. */
export async function parseFlowTests(text: string, options: TestFileOptions): Promise<ParsedFlowTests> {
  const kind = { name: "A test file", least: "it has at least `tests`" };
  const source = createSourceFile(text, options.file, kind);
  const contents = readYaml(source);
  const fields = contents && readFields(source, contents, "a test file", testFileKeys);
  const tested = fields && (await readFlowOf(source, fields, options));
  const tests = fields ? readAll(source, fields, tested) : [];
  const diagnostics = source.diagnostics.sort(byPosition);
  return { file: options.file, flow: tested?.flow, tests: hasErrors(diagnostics) ? [] : tests, diagnostics };
}

function readAll(source: SourceFile, fields: Fields, tested: TestedFlow | undefined): FlowTest[] {
  const common = readGivens(source, fields, tested);
  const list = given(fields, "tests");
  if (!list) {
    if (fields.has("tests") || isMissing(fields, "tests"))
      report(source, fields.get("tests")?.keySpan ?? { start: 0, end: 0 }, {
        code: "missing-key",
        message: "A test file has tests, at least one.",
      });
    return [];
  }
  const parts = readTests(source, list, { tested, common });
  return tested === undefined ? [] : parts.map((part) => ({ ...part, flow: tested.flow }));
}

/** Nothing, and a reason, when there is no such flow. */
async function readFlowOf(
  source: SourceFile,
  fields: Fields,
  { nodes, flows, secrets = [], isPartial = false, findFlow }: TestFileOptions,
): Promise<TestedFlow | undefined> {
  const field = given(fields, "flow");
  const name = readText(source, field);
  if (field && name === undefined) return undefined;
  const parsed = await findFlow(name);
  if (parsed?.flow) return new TestedFlow(parsed.flow, { nodes, secrets, isPartial });
  const span = field?.span ?? { start: 0, end: 0 };
  if (parsed) {
    const count = parsed.diagnostics.filter(({ severity }) => severity === "error").length;
    const message = `The flow in ${parsed.file} has ${count === 1 ? "a mistake" : `${count} mistakes`}, so it cannot be tested.`;
    report(source, span, { code: "unknown-flow", message, hint: `pawl validate ${parsed.file}` });
    return undefined;
  }
  const message =
    name === undefined
      ? "Which flow is tested? No flow file stands beside this one, so `flow` has to name it."
      : `There is no flow "${name}".${didYouMean(name, flows)}`;
  report(source, span, { code: "unknown-flow", message, hint: name === undefined ? "flow:" : nearest(name, flows) });
  return undefined;
}

interface Surroundings {
  readonly tested: TestedFlow | undefined;
  readonly common: Givens;
}

function readTests(source: SourceFile, field: Field, surroundings: Surroundings): Omit<FlowTest, "flow">[] {
  if (!isSeq(field.node)) return wrongType(source, field, "a list of tests") ?? [];
  if (field.node.items.length === 0)
    report(source, field.span, { code: "missing-key", message: "A test file has tests, at least one." });
  const names = new Map<string, number>();
  return field.node.items.flatMap((item) => {
    const node = resolved(source, item);
    if (isMap(node)) return readTest(source, node, { ...surroundings, names });
    const message = `A test is a map; here is ${node ? kindOf(node) : "nothing"}.`;
    report(source, spanOf(item as Node) ?? field.span, { code: "wrong-type", message });
    return [];
  });
}

function readTest(
  source: SourceFile,
  node: Node,
  { tested, common, names }: Surroundings & { readonly names: Map<string, number> },
): Omit<FlowTest, "flow"> {
  const fields = readFields(source, node, "a test", testKeys)!;
  const span = spanOf(node)!;
  const { line } = source.lines.linePos(span.start);
  const name = readName(source, fields, { names, line, start: span.start });
  const own = readGivens(source, fields, tested);
  const expect = given(fields, "expect");
  return {
    name,
    line,
    given: toGiven(source, mergedGivens(common, own), { tested, at: own.inputs ?? { span } }),
    mocks: new Map([...common.mocks, ...own.mocks]),
    real: new Set([...common.real, ...own.real]),
    answers: new Map([...common.answers, ...own.answers]),
    expected: readExpectation(source, expect, { tested, node }),
  };
}

function readName(
  source: SourceFile,
  fields: Fields,
  { names, line, start }: { readonly names: Map<string, number>; readonly line: number; readonly start: number },
): string {
  const field = given(fields, "name");
  const name = readText(source, field);
  if (name === undefined) {
    if (!field && isMissing(fields, "name")) {
      const message = "A test has a name that says what the flow does then.";
      report(source, { start, end: start + 1 }, { code: "missing-key", message, hint: "name:" });
    }
    return "";
  }
  const other = names.get(name);
  if (other !== undefined) {
    const message = `The test in line ${other} has this name already.`;
    report(source, field!.span, { code: "duplicate-test", message });
  }
  names.set(name, other ?? line);
  return name;
}
