import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { byPosition, type Diagnostic } from "@pawl/hooks/diagnostics";
import type { Catalogue } from "../definition/catalogue.ts";
import type { Flow, ParsedFlow } from "../definition/flow.ts";
import { parseFlow } from "../definition/parse-flow.ts";

/** A flow file as it was read, before it is parsed. */
export interface FlowFile {
  /** From the project folder, with slashes. */
  readonly file: string;
  readonly text: string;
  /** What the file seems to call its flow; enough to find it, not to trust it. */
  readonly name: string | undefined;
  readonly problem: Diagnostic | undefined;
}

export interface FlowSet {
  /** Flows that can run, by name. */
  readonly flows: ReadonlyMap<string, Flow>;
  /** Every file with what was found in it, in order of path. */
  readonly files: readonly ParsedFlow[];
}

const testFile = /\.test\.ya?ml$/;

/** Reads every `.yaml` and `.yml` file in `flows/` and below, but for those with tests. */
export function readFlowFiles(projectDir: string): FlowFile[] {
  return filesIn(projectDir)
    .filter((file) => !isTestFile(file))
    .map((file) => readFlowFile(projectDir, file));
}

/** The files with tests of flows, which stand beside these, from the project folder. */
export function testFilesIn(projectDir: string): string[] {
  return filesIn(projectDir).filter(isTestFile);
}

export function isTestFile(file: string): boolean {
  return testFile.test(file);
}

/** Where the flow may stand that a test file stands beside. */
export function filesBeside(file: string): string[] {
  return isTestFile(file) ? ["yaml", "yml"].map((ending) => file.replace(testFile, `.${ending}`)) : [];
}

function filesIn(projectDir: string): string[] {
  return yamlFiles(join(projectDir, "flows"))
    .map((path) => relative(projectDir, path).split(sep).join("/"))
    .sort();
}

export function readFlowFile(projectDir: string, file: string): FlowFile {
  try {
    const text = readFileSync(join(projectDir, file), "utf8");
    return { file, text, name: seemingName(text), problem: undefined };
  } catch (error) {
    const message = `The file cannot be read: ${(error as Error).message}`;
    return { file, text: "", name: undefined, problem: { code: "unreadable-file", severity: "error", message, file } };
  }
}

/** Parses every file. A mistake in one never disables another; of two flows with one name neither can run. */
export async function parseFlowFiles(files: readonly FlowFile[], catalogue: Catalogue): Promise<FlowSet> {
  const parsed = await Promise.all(files.map((file) => parseFlowFile(file, catalogue)));
  const byName = new Map<string, ParsedFlow[]>();
  for (const entry of parsed) {
    if (entry.flow) byName.set(entry.flow.name, [...(byName.get(entry.flow.name) ?? []), entry]);
  }
  const flows = new Map<string, Flow>();
  const found = parsed.map((entry) => {
    const same = entry.flow ? byName.get(entry.flow.name)! : [];
    if (same.length > 1) return withDuplicate(entry, same);
    if (entry.flow) flows.set(entry.flow.name, entry.flow);
    return entry;
  });
  return { flows, files: found };
}

export async function parseFlowFile(file: FlowFile, catalogue: Catalogue): Promise<ParsedFlow> {
  if (file.problem) return { file: file.file, flow: undefined, diagnostics: [file.problem] };
  return parseFlow(file.text, { ...catalogue, file: file.file });
}

function withDuplicate(entry: ParsedFlow, same: readonly ParsedFlow[]): ParsedFlow {
  const others = same.filter((other) => other !== entry).map((other) => other.file);
  const line = entry.flow!.text.split("\n").findIndex((text) => /^name\s*:/.test(text)) + 1;
  const duplicate: Diagnostic = {
    code: "duplicate-flow",
    severity: "error",
    message: `the flow "${entry.flow!.name}" is defined in ${others.join(", ")} as well; neither is used`,
    ...(entry.file === undefined ? {} : { file: entry.file }),
    ...(line > 0 ? { line, column: 1, length: 4 } : {}),
  };
  return { ...entry, flow: undefined, diagnostics: [...entry.diagnostics, duplicate].sort(byPosition) };
}

function seemingName(text: string): string | undefined {
  return /^name\s*:\s*(["']?)([^"'#\n]+?)\1\s*(?:#.*)?$/m.exec(text)?.[2];
}

function yamlFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
