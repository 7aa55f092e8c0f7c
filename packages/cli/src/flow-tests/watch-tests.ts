import { createLogger } from "@pawl/hooks/guard";
import type { Call } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { projectOf } from "../open-project.ts";

/** One time that the tests were run. */
export interface Round {
  readonly code: ExitCode;
  /** Whole paths of what it has read, wherever that is. */
  readonly files: readonly string[];
}

/**
 * Runs the tests, and again whenever flows, tests or code of the project change, until it is asked to end.
 * @returns what the last whole round ended with
 */
export async function watchTests(call: Call, runOnce: () => Promise<Round>): Promise<ExitCode> {
  const { terminal, signal } = call;
  const { watchProject } = await import("../server/watch-project.ts");
  let last: ExitCode = exitCodes.interrupted;
  let turn: Promise<void> = Promise.resolve();
  const round = async (): Promise<void> => {
    if (signal.aborted) return;
    const { code, files } = await runOnce().catch((error: unknown): Round => {
      terminal.note(`${terminal.colors.red("error:")} ${error instanceof Error ? error.message : error}`);
      return { code: error instanceof CommandError ? error.exitCode : exitCodes.failed, files: [] };
    });
    if (signal.aborted) return;
    last = code;
    watcher.add(files);
    terminal.note(terminal.colors.dim("Waiting for changes; Ctrl-C ends."));
  };
  const next = (): Promise<void> => {
    turn = turn.then(round);
    return turn;
  };
  const { dir } = await projectOf(call);
  const log = createLogger((_, message) => terminal.note(message));
  const watcher = await watchProject(dir, next, log);
  await next();
  await untilAborted(signal);
  await watcher.close();
  return last;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
