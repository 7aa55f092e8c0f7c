import { resolve } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { Call, Command } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { openTestBook, type TestBook, type TestFile } from "../flow-tests/test-book.ts";
import { formatTest, formatTotal, type Total } from "../flow-tests/test-lines.ts";
import type { Round } from "../flow-tests/watch-tests.ts";
import { loadProjectToRun } from "../open-project.ts";
import { formatDiagnostics } from "../output/diagnostics.ts";
import { noteDiagnostics } from "../output/note-diagnostics.ts";

export const command: Command = {
  arguments: [
    {
      name: "[what...]",
      description: "Test files, flow files, or names of flows. Default: all of the project",
      complete: "flow",
    },
  ],
  options: [
    { flags: "-t, --only <text>", description: "Only tests with this text in their name" },
    { flags: "-w, --watch", description: "Again after each change of flows, tests or plugins, until Ctrl-C" },
  ],
  json: true,
  keepsExitCode: ({ options }) => options.watch === true,
  details:
    "Run the tests that stand beside flows, in files like flows/hello.test.yaml: their steps are mocked, and no time passes. " +
    "Nothing is remembered of these runs. With --watch, Ctrl-C ends it with what the last round of tests ended with.",
  examples: [
    "pawl test",
    "pawl test deploy",
    'pawl test flows/deploy.test.yaml --only "rolls back"',
    "pawl test --watch",
  ],
  async run(call) {
    if (call.options.watch !== true) return (await runOnce(call)).code;
    const { watchTests } = await import("../flow-tests/watch-tests.ts");
    return watchTests(call, () => runOnce(call));
  },
};

async function runOnce(call: Call): Promise<Round> {
  const loaded = await loadProjectToRun(call);
  noteDiagnostics(call.terminal, loaded);
  const book = await openTestBook(call, loaded);
  if (book.files.length === 0 && call.options.json !== true) {
    call.terminal.note("No tests here. The tests of flows/hello.yaml stand in flows/hello.test.yaml.");
  }
  const code = await runAll(call, book);
  const read = book.files.flatMap(({ path, parsed }) => [path, ...(parsed.flow?.file ? [parsed.flow.file] : [])]);
  return { code, files: [...read.map((path) => resolve(loaded.project.dir, path)), ...loaded.code.shared.keys()] };
}

async function runAll(call: Call, book: TestBook): Promise<ExitCode> {
  const { json, watch } = call.options;
  const total: Total = { passed: 0, failed: 0, files: 0, tookMs: 0 };
  const files: object[] = [];
  for (const file of book.files) {
    if (call.signal.aborted) break;
    const shown = json === true ? undefined : call.terminal;
    files.push(await runFile(call, { book, file, total, shown }));
  }
  const isInvalid = book.files.some(({ parsed }) => hasErrors(parsed.diagnostics));
  const document = { passed: total.passed, failed: total.failed, files };
  if (json === true && watch === true) call.terminal.out(JSON.stringify(document));
  else if (json === true) call.terminal.json(document);
  else if (total.files > 0) call.terminal.out(formatTotal(total, call.terminal));
  if (isInvalid) return exitCodes.invalidFile;
  return total.failed > 0 ? exitCodes.failed : exitCodes.ok;
}

interface Running {
  readonly book: TestBook;
  readonly file: TestFile;
  readonly total: Total;
  /** Nothing when only the document counts. */
  readonly shown: Call["terminal"] | undefined;
}

async function runFile({ options, signal }: Call, { book, file, total, shown }: Running): Promise<object> {
  const { parsed, path, text } = file;
  const { diagnostics } = parsed;
  const only = typeof options.only === "string" ? options.only.toLowerCase() : "";
  const tests = parsed.tests.filter(({ name }) => name.toLowerCase().includes(only));
  if (shown && diagnostics.length > 0) shown.out(formatDiagnostics(path, diagnostics, { colors: shown.colors, text }));
  else if (shown && tests.length > 0) shown.out(shown.colors.underline(path));
  if (tests.length > 0) total.files++;
  const results: object[] = [];
  for (const test of tests) {
    if (signal.aborted) break;
    const result = await book.run(test);
    const ok = result.problems.length === 0;
    if (ok) total.passed++;
    else total.failed++;
    total.tookMs += result.tookMs;
    shown?.out(formatTest(test, result, { terminal: shown, path }));
    const { problems, steps, tookMs } = result;
    results.push({
      name: test.name,
      line: test.line,
      ok,
      problems,
      steps: steps.length,
      durationMs: Math.round(tookMs),
    });
  }
  return {
    file: path,
    flow: parsed.flow?.name ?? null,
    ok: !hasErrors(diagnostics),
    diagnostics: diagnostics.map(toDocument),
    tests: results,
  };
}

function toDocument({ code, severity, message, line, column, hint }: Diagnostic): object {
  return { code, severity, message, line: line ?? 1, column: column ?? 1, ...(hint === undefined ? {} : { hint }) };
}
