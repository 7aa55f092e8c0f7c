import { existsSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { FlowFile, LoadedProject, ParsedFlow } from "@pawl/flows";
import { type Diagnostic, hasErrors, nearest } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";
import type { Call, Command } from "../command.ts";
import { notFound } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadProjectToRead } from "../open-project.ts";
import { countOf, formatDiagnostics, plural } from "../output/diagnostics.ts";

interface CheckedFile {
  readonly file: string;
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export const command: Command = {
  arguments: [
    { name: "[files...]", description: "Flow files and their tests. Default: all of the project", complete: "file" },
  ],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "Check flow files and their tests, and list every mistake, each with its place. Nothing is run.",
  examples: ["pawl validate", "pawl validate flows/deploy.yaml --json"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    const checked = [...(await checkFlows(call, loaded)), ...outsideOfFlows(loaded)];
    if (call.options.json === true) call.terminal.json({ files: checked.map(toJson) });
    else show(call, checked);
    if (loaded.isPartial && call.options.json !== true) {
      call.terminal.note("The project's code was not imported, so its nodes and triggers are not known: pawl trust");
    }
    return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.invalidFile : exitCodes.ok;
  },
};

async function checkFlows(call: Call, loaded: LoadedProject): Promise<CheckedFile[]> {
  const { parseFlowFiles, readFlowFile, readFlowFiles } = await import("@pawl/flows");
  const { isTestFile, testFilesIn } = await import("@pawl/flows/testing");
  const { dir, isProject } = loaded.project;
  const all = isProject ? readFlowFiles(dir) : [];
  const named = call.arguments.map((file) => namedFile(call, dir, file, all));
  const tests = named.length > 0 ? named.filter(isTestFile) : isProject ? testFilesIn(dir) : [];
  const files = named
    .filter((file) => !isTestFile(file) && !all.some((known) => known.file === file))
    .map((file) => readFlowFile(dir, file));
  const known = [...all, ...files];
  const { files: parsed } = await parseFlowFiles(known, await catalogueOf(loaded, known));
  const wanted = parsed.map((entry, index) => ({ entry, text: known[index]!.text }));
  const chosen = wanted.filter(({ entry }) => named.length === 0 || named.includes(entry.file!)).map(toChecked);
  return [...chosen, ...(await checkTests(loaded, tests))];
}

async function checkTests(loaded: LoadedProject, paths: readonly string[]): Promise<CheckedFile[]> {
  const { readTestFiles } = await import("../flow-tests/test-book.ts");
  const files = await readTestFiles(loaded, paths);
  return files.map(({ path, text, parsed }) => ({ file: path, text, diagnostics: parsed.diagnostics }));
}

function toChecked({ entry, text }: { entry: ParsedFlow; text: string }): CheckedFile {
  return { file: entry.file!, text, diagnostics: entry.diagnostics };
}

function namedFile(call: Call, dir: string, name: string, all: readonly FlowFile[]): string {
  const path = resolve(call.cwd, name);
  if (existsSync(path) && statSync(path).isFile()) return relative(dir, path).split(sep).join("/");
  const near = nearest(
    name,
    all.map((file) => file.file),
  );
  throw notFound(`There is no file ${name}.${near === undefined ? "" : ` Did you mean ${near}?`}`, "pawl validate");
}

/** The configuration and the plugins, by the file at fault. */
function outsideOfFlows({ project, diagnostics }: LoadedProject): CheckedFile[] {
  const files = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const file =
      diagnostic.file === undefined ? "project" : relative(project.dir, diagnostic.file).split(sep).join("/");
    files.set(file, [...(files.get(file) ?? []), diagnostic]);
  }
  return [...files].map(([file, found]) => ({ file, text: undefined, diagnostics: found }));
}

function show({ terminal }: Call, checked: readonly CheckedFile[]): void {
  const found = checked.flatMap((file) => file.diagnostics);
  for (const { file, text, diagnostics } of checked) {
    if (diagnostics.length > 0) terminal.out(formatDiagnostics(file, diagnostics, { colors: terminal.colors, text }));
  }
  const faulty = checked.filter((file) => file.diagnostics.length > 0).length;
  if (checked.length === 0)
    terminal.out("No flow files here. A flow is a file in flows/: pawl init writes a first one.");
  else if (found.length === 0) terminal.out(`${plural(checked.length, "file")}, no mistakes`);
  else terminal.out(`${countOf(found)} in ${faulty} of ${plural(checked.length, "file")}`);
}

function toJson({ file, diagnostics }: CheckedFile): object {
  return {
    file,
    ok: !hasErrors(diagnostics),
    diagnostics: diagnostics.map(({ code, severity, message, line, column, hint }) => {
      return { code, severity, message, line: line ?? 1, column: column ?? 1, ...(hint === undefined ? {} : { hint }) };
    }),
  };
}
