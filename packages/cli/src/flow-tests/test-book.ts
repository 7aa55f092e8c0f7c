import { existsSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Catalogue, FlowFile, LoadedProject, ParsedFlow } from "@pawl/flows";
import type { FlowTest, FlowTestResult, ParsedFlowTests } from "@pawl/flows/testing";
import { nearest } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";
import type { Call } from "../command.ts";
import { notFound } from "../command-error.ts";

export interface TestFile {
  /** From the project folder. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedFlowTests;
}

/** The tests that were asked for, and what they are run with. */
export interface TestBook {
  readonly files: readonly TestFile[];
  run(test: FlowTest): Promise<FlowTestResult>;
}

/** @throws CommandError when something that was asked for is not there */
export async function openTestBook(call: Call, loaded: LoadedProject): Promise<TestBook> {
  const { isTestFile, runFlowTest, testFilesIn } = await import("@pawl/flows/testing");
  const { dir, isProject } = loaded.project;
  const flows = await readFlows(loaded);
  const given = call.arguments.map((word) => wordOf(call, dir, word));
  const paths = new Set([...(isProject ? testFilesIn(dir) : []), ...given.flatMap(({ file }) => (file ? [file] : []))]);
  const files = await readAll(loaded, [...paths].filter(isTestFile), flows);
  return {
    files: chosen(given, files, flows),
    run: (test) =>
      runFlowTest(test, {
        projectDir: dir,
        nodes: loaded.nodes,
        functions: loaded.functions,
        findFlow: (name) => flows.named(name).then((found) => found?.flow),
        env: { PATH: call.env.PATH, HOME: call.env.HOME, LANG: call.env.LANG, TMPDIR: call.env.TMPDIR },
        signal: call.signal,
      }),
  };
}

/** Files with tests, with everything that is wrong with them. */
export async function readTestFiles(loaded: LoadedProject, paths: readonly string[]): Promise<TestFile[]> {
  return paths.length === 0 ? [] : readAll(loaded, paths, await readFlows(loaded));
}

async function readAll(loaded: LoadedProject, paths: readonly string[], flows: Flows): Promise<TestFile[]> {
  const { readFlowFile } = await import("@pawl/flows");
  const files: TestFile[] = [];
  for (const path of paths) {
    const { text, problem } = readFlowFile(loaded.project.dir, path);
    const parsed = await parse(path, { text, loaded, flows });
    files.push({ path, text, parsed: problem ? { ...parsed, tests: [], diagnostics: [problem] } : parsed });
  }
  return files;
}

interface Flows {
  readonly names: readonly string[];
  named(name: string): Promise<ParsedFlow | undefined>;
  /** The flow in the first of these files that is there. */
  inFile(files: readonly string[]): Promise<ParsedFlow | undefined>;
}

async function readFlows(loaded: LoadedProject): Promise<Flows> {
  const { parseFlowFile, readFlowFile, readFlowFiles } = await import("@pawl/flows");
  const { dir, isProject } = loaded.project;
  const files = isProject ? readFlowFiles(dir) : [];
  const catalogue: Catalogue = await catalogueOf(loaded, files);
  const parseOne = (file: FlowFile | undefined) => (file ? parseFlowFile(file, catalogue) : Promise.resolve(undefined));
  return {
    names: files.flatMap(({ name }) => name ?? []),
    named: (name) => parseOne(files.find((file) => file.name === name)),
    inFile(paths) {
      const path = paths.find((each) => existsSync(resolve(dir, each)));
      return parseOne(path === undefined ? undefined : readFlowFile(dir, path));
    },
  };
}

async function parse(
  path: string,
  { text, loaded, flows }: { readonly text: string; readonly loaded: LoadedProject; readonly flows: Flows },
): Promise<ParsedFlowTests> {
  const [{ namesOf }, { filesBeside, parseFlowTests }] = await Promise.all([
    import("@pawl/flows"),
    import("@pawl/flows/testing"),
  ]);
  return parseFlowTests(text, {
    file: path,
    nodes: namesOf(loaded.nodes),
    flows: flows.names,
    secrets: Object.keys(loaded.config.secrets ?? {}),
    isPartial: loaded.isPartial,
    findFlow: (name) => (name === undefined ? flows.inFile(filesBeside(path)) : flows.named(name)),
  });
}

/** A word of the command line: the name of a flow, or a file. */
interface Word {
  readonly word: string;
  readonly file: string | undefined;
}

function wordOf(call: Call, dir: string, word: string): Word {
  const path = resolve(call.cwd, word);
  const isFile = /\.ya?ml$/.test(word) && existsSync(path) && statSync(path).isFile();
  return { word, file: isFile ? relative(dir, path).split(sep).join("/") : undefined };
}

function chosen(words: readonly Word[], files: readonly TestFile[], flows: Flows): readonly TestFile[] {
  if (words.length === 0) return files;
  const wanted = new Set<TestFile>();
  for (const { word, file } of words) {
    const found = files.filter(({ path, parsed }) => {
      return file === undefined ? parsed.flow?.name === word : path === file || parsed.flow?.file === file;
    });
    if (found.length === 0) throw nothingFor(word, file, { files, flows });
    for (const each of found) wanted.add(each);
  }
  return files.filter((file) => wanted.has(file));
}

function nothingFor(
  word: string,
  file: string | undefined,
  { files, flows }: { readonly files: readonly TestFile[]; readonly flows: Flows },
): Error {
  if (file !== undefined || flows.names.includes(word)) {
    return notFound(`There is no test of ${word} yet: it would stand beside the flow, as NAME.test.yaml.`);
  }
  const known = [...flows.names, ...files.map(({ path }) => path)];
  const near = nearest(word, known);
  const suggestion = near === undefined ? "" : ` Did you mean ${near}?`;
  return notFound(`There is no flow and no test file "${word}".${suggestion}`, "pawl test");
}
