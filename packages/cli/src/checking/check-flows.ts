import { join } from "node:path";
import type { LoadedProject, Project } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";
import { type CheckedFile, pathIn } from "./checked-file.ts";

/** Flow files and their tests: those that are named, by their paths in the project, or all. */
export async function checkFlows(loaded: LoadedProject, named?: readonly string[]): Promise<CheckedFile[]> {
  const { parseFlowFiles, readFlowFile, readFlowFiles } = await import("@pawl/flows");
  const { isTestFile, testFilesIn } = await import("@pawl/flows/testing");
  const { dir, isProject } = loaded.project;
  const all = isProject ? readFlowFiles(dir) : [];
  const tests = named ? named.filter(isTestFile) : isProject ? testFilesIn(dir) : [];
  const files = (named ?? [])
    .filter((file) => !isTestFile(file) && !all.some((known) => known.file === file))
    .map((file) => readFlowFile(dir, file));
  const known = [...all, ...files];
  const { files: parsed } = await parseFlowFiles(known, await catalogueOf(loaded, known));
  const checked = parsed.map((entry, index): CheckedFile => {
    return { file: entry.file!, text: known[index]!.text, diagnostics: entry.diagnostics };
  });
  return [...checked.filter(({ file }) => named?.includes(file) ?? true), ...(await checkTests(loaded, tests))];
}

/** Every flow file of a project, as a whole path. */
export async function flowPathsOf({ dir, isProject }: Project): Promise<readonly string[]> {
  const { readFlowFiles } = await import("@pawl/flows");
  return isProject ? readFlowFiles(dir).map(({ file }) => join(dir, file)) : [];
}

async function checkTests(loaded: LoadedProject, paths: readonly string[]): Promise<CheckedFile[]> {
  const { readTestFiles } = await import("../flow-tests/test-book.ts");
  const files = await readTestFiles(loaded, paths);
  return files.map(({ path, text, parsed }) => ({ file: path, text, diagnostics: parsed.diagnostics }));
}

/** The configuration and the plugins, by the file at fault. */
export function outsideOfFlows({ project, diagnostics }: LoadedProject): CheckedFile[] {
  const files = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const file = diagnostic.file === undefined ? "project" : pathIn(project.dir, diagnostic.file);
    files.set(file, [...(files.get(file) ?? []), diagnostic]);
  }
  return [...files].map(([file, found]) => ({ file, text: undefined, diagnostics: found }));
}
