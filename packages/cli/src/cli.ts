import { resolve } from "node:path";
import type { Call } from "./command.ts";
import { commands } from "./commands/list.ts";
import type { ExitCode } from "./exit-codes.ts";
import { exitCodes } from "./exit-codes.ts";
import { startExport } from "./otlp/open-export.ts";
import { createTerminal, endQuietlyOnClosedPipe, type Terminal } from "./output/terminal.ts";
import { buildProgram, type Invocation } from "./program.ts";
import { reportError } from "./report-error.ts";
import { watchSignals } from "./signals.ts";

/**
 * Runs one command line, without the program's own name. Never throws; the result is the exit code.
 * `endNow` ends the process in the middle of things: a second Ctrl-C, a reader of our output that went away.
 */
export async function runCli(argv: readonly string[], endNow: (code: number) => void): Promise<number> {
  const terminal = createTerminal();
  endQuietlyOnClosedPipe(() => endNow(exitCodes.ok));
  const signals = watchSignals(endNow);
  let code: ExitCode = exitCodes.ok;
  let endsWhenAsked = false;
  let keepsExitCode = false;
  try {
    const program = await buildProgram(argv, async (invocation) => {
      endsWhenAsked = invocation.command.endsWhenAsked === true;
      keepsExitCode = invocation.command.keepsExitCode?.(invocation) === true;
      code = await execute(invocation, terminal, signals.signal);
    });
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    code = reportError(error, terminal, argv.includes("--verbose"));
  }
  if (keepsExitCode) return code;
  if (endsWhenAsked && code === exitCodes.ok && signals.exitCode() === exitCodes.terminated) return code;
  return code === exitCodes.ok || code === exitCodes.failed ? (signals.exitCode() ?? code) : code;
}

async function execute(invocation: Invocation, terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const cwd = process.cwd();
  const { project, verbose, ...options } = invocation.options;
  const endExport = await startExport(process.env, (message) => terminal.note(message));
  const call: Call = {
    arguments: invocation.arguments,
    options,
    terminal,
    cwd,
    projectFrom: typeof project === "string" ? resolve(cwd, project) : cwd,
    env: process.env,
    isVerbose: verbose === true,
    signal,
    commands,
  };
  try {
    return (await invocation.command.run(call)) ?? exitCodes.ok;
  } finally {
    await endExport();
  }
}
