import { createNodeRegistry, type Flow, type NodeDefinition, namesOf, parseFlow } from "../../src/index.ts";
import { type FlowTestResult, type ParsedFlowTests, parseFlowTests, runFlowTest } from "../../src/testing/index.ts";
import { temporaryProject } from "../execution/flow-kit.ts";

export interface TestFile {
  readonly flow: string;
  readonly tests: string;
  /** Other flows by name. */
  readonly others?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: inputs differ from node to node.
  readonly nodes?: readonly NodeDefinition<any>[];
}

/** Reads a test file beside a flow file, both given as text. */
export async function readTests(file: TestFile): Promise<ParsedFlowTests> {
  const nodes = createNodeRegistry([{ source: "the test", nodes: file.nodes ?? [] }]);
  const flow = await parseFlow(file.flow, { file: "flows/t.yaml", nodes: namesOf(nodes) });
  if (!flow.flow) throw new Error(flow.diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  const findFlow = async (name: string | undefined) =>
    name === undefined || name === flow.flow?.name ? flow : undefined;
  return parseFlowTests(file.tests, {
    file: "flows/t.test.yaml",
    nodes: namesOf(nodes),
    flows: [flow.flow?.name ?? ""],
    findFlow,
  });
}

/** The codes of what is wrong with a test file, each with its line and column. */
export async function mistakesIn(file: TestFile): Promise<string[]> {
  const { diagnostics } = await readTests(file);
  return diagnostics.map(({ code, line, column }) => `${line}:${column} ${code}`);
}

/** Runs all tests of a file that has no mistakes. */
export async function runTests(file: TestFile): Promise<FlowTestResult[]> {
  const { tests, diagnostics } = await readTests(file);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  const nodes = createNodeRegistry([{ source: "the test", nodes: file.nodes ?? [] }]);
  const findFlow = async (name: string): Promise<Flow | undefined> => {
    const text = file.others?.[name];
    return text === undefined ? undefined : (await parseFlow(text)).flow;
  };
  const projectDir = temporaryProject();
  const results: FlowTestResult[] = [];
  const env = { PATH: process.env.PATH };
  for (const test of tests)
    results.push(await runFlowTest(test, { projectDir, nodes, findFlow, env, limitMs: 10_000 }));
  return results;
}

/** What was not as expected in the only test. */
export async function problemsOf(file: TestFile): Promise<string[]> {
  return (await runTests(file)).flatMap(({ problems }) => problems.map(({ message }) => message));
}
