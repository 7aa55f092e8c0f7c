import type { HookOutput } from "../output/output.ts";
import { PersistentProgram, type ProgramReport } from "../process/persistent/persistent-program.ts";
import type { CommandHook, CommandHookOptions } from "./command-hook.ts";
import { argvOf } from "./command-line.ts";
import { environmentOf, programVariables } from "./environment.ts";

export interface PersistentHookOptions extends Omit<CommandHookOptions, "maxOutputBytes" | "asyncTimeoutMs"> {
  /** Milliseconds without a call after which the program is ended. Default: 300 000. */
  readonly idleMs?: number;
  /**
   * Told what the program prints beside its answers, and when it is restarted. Default: a process warning at the first
   * of each kind; standard error is dropped, as it is for a program that runs once.
   */
  readonly onReport?: (report: ProgramReport) => void;
}

/**
 * Makes a hook of a program that is started once and answers one line of JSON per call.
 * Its working directory is the hook's own, else this process's: there is one program for all sessions.
 */
export function createPersistentHook(options: PersistentHookOptions): CommandHook {
  const variables = programVariables(options);
  const { cwd, graceMs = 500, idleMs, onReport = warnOnce() } = options;
  const argv = argvOf(options.command, variables);
  const name = typeof options.command === "string" ? options.command : options.command.join(" ");
  const env = environmentOf(options, variables);
  const program = new PersistentProgram({ argv, name, cwd, env, graceMs, idleMs, onReport });
  return {
    // The call that ran out of time is over at once; the program is ended beside it.
    settleMs: 0,
    run: (input, _toolUseId, signal) => program.call(input, { signal }) as Promise<HookOutput>,
    close: () => program.close(),
  };
}

function warnOnce(): (report: ProgramReport) => void {
  const known = new Set<ProgramReport["code"]>(["stderr"]);
  return ({ code, message }) => {
    if (!known.has(code)) process.emitWarning(message, { type: "PersistentHookWarning", code });
    known.add(code);
  };
}
