import type { HookOutput } from "../output/output.ts";
import { PersistentProgram, type ProgramReport } from "../process/persistent/persistent-program.ts";
import type { CommandHook, CommandHookOptions } from "./command-hook.ts";
import { argvOf } from "./command-line.ts";
import { environmentOf, programVariables } from "./environment.ts";

export interface PersistentHookOptions extends Omit<CommandHookOptions, "maxOutputBytes" | "asyncTimeoutMs"> {
  /** Milliseconds without a call after which the program is ended. Default: 300 000. */
  readonly idleMs?: number;
  /** Told what the program prints beside its answers, and when it is restarted. */
  readonly onReport?: (report: ProgramReport) => void;
}

/**
 * Makes a hook of a program that is started once and answers one line of JSON per call.
 * Its working directory is the hook's own, else this process's: there is one program for all sessions.
 */
export function createPersistentHook(options: PersistentHookOptions): CommandHook {
  const variables = programVariables(options);
  const { cwd, graceMs = 500, idleMs, onReport } = options;
  const argv = argvOf(options.command, variables);
  const env = environmentOf(options, variables);
  const program = new PersistentProgram({ argv, cwd, env, graceMs, idleMs, onReport });
  return {
    // The call that ran out of time is over at once; the program is ended beside it.
    settleMs: 0,
    run: (input, _toolUseId, signal) => program.call(input, { signal }) as Promise<HookOutput>,
    close: () => program.close(),
  };
}
