import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { messageOf } from "@pawl/hooks/diagnostics";
import { CommanderError } from "commander";
import { CommandError } from "./command-error.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { formatDiagnostics } from "./output/diagnostics.ts";
import type { Terminal } from "./output/terminal.ts";
import { usedCommand } from "./program.ts";

/** Says on standard error what went wrong, in sentences, and what to exit with. */
export function reportError(error: unknown, terminal: Terminal, isVerbose: boolean): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error, terminal);
  const known = error instanceof CommandError ? error : foreseen(error);
  const { colors } = terminal;
  terminal.note(`${colors.red("error:")} ${known?.message ?? messageOf(error)}`);
  for (const [file, found] of byFile(known?.diagnostics ?? [])) {
    terminal.note(formatDiagnostics(file, found, { colors, text: undefined }));
  }
  if (known?.next !== undefined) terminal.note(`${colors.dim("next:")} ${known.next}`);
  const origin = error instanceof CommandError ? error.cause : error;
  if (isVerbose && origin instanceof Error) terminal.note(origin.stack ?? String(origin));
  else if (!known) terminal.note(colors.dim("That was not foreseen. --verbose shows where it happened."));
  return known?.exitCode ?? exitCodes.failed;
}

function reportUsage(error: CommanderError, terminal: Terminal): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  if (error.code === "commander.help") return exitCodes.usage;
  const [sentence, ...hints] = error.message.replace(/^error: /, "").split("\n");
  const hint = hints.join(" ").replace(/^\((.*)\)$/, "$1");
  terminal.note(`${terminal.colors.red("error:")} ${sentence}${hint ? `. ${hint}` : ""}`);
  terminal.note(`${terminal.colors.dim("next:")} ${usedCommand(error)} --help`);
  return exitCodes.usage;
}

/** Errors that the libraries throw on purpose are sentences already. */
function foreseen(error: unknown): CommandError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (error.name === "InputError") return new CommandError(exitCodes.usage, error.message, hintOf(error));
  if (code === "newer-schema") return new CommandError(exitCodes.failed, error.message);
  if (code === "EADDRINUSE" || code === "ECONNREFUSED") return new CommandError(exitCodes.cannotConnect, error.message);
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return new CommandError(exitCodes.failed, error.message);
  return undefined;
}

/** What would mend it, as the errors of a run's inputs say. The name decides, because the class would load the engine. */
function hintOf(error: Error & { diagnostics?: readonly Diagnostic[] }): { next?: string } {
  const hints = (error.diagnostics ?? []).flatMap(({ hint }) => hint ?? []);
  return hints.length === 0 ? {} : { next: hints.join(" ") };
}

function byFile(diagnostics: readonly Diagnostic[]): Map<string, Diagnostic[]> {
  const files = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const file = diagnostic.file ?? "project";
    files.set(file, [...(files.get(file) ?? []), diagnostic]);
  }
  return files;
}
