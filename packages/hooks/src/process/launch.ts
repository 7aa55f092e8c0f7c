import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ChildOptions } from "./child.ts";
import { ProcessError, ProgramNotFoundError } from "./errors.ts";
import { findProgram } from "./find-program.ts";
import { behindGate } from "./gate.ts";
import { rememberGroup, watchOwnEnd } from "./living-groups.ts";

/** A process that was born. */
export type Launched = ChildProcess & { readonly pid: number };

/**
 * Starts the program as the leader of a session and group of its own, or starts its gate when there is a `beforeStart`.
 * The group is remembered as living: whoever sees its end calls `forgetGroup`.
 * @throws ProcessError when it cannot be started
 */
export async function launch(options: ChildOptions): Promise<Launched> {
  refuseNul(options);
  if (options.argv[0] === "") throw new ProgramNotFoundError("");
  const env = options.env ?? process.env;
  const [program, ...args] = options.beforeStart ? gated(options, env) : options.argv;
  const stdin = options.stdin === undefined ? "ignore" : "pipe";
  const settings: SpawnOptions = {
    cwd: options.cwd,
    env,
    detached: process.platform !== "win32",
    stdio: options.beforeStart ? [stdin, "pipe", "pipe", "pipe"] : [stdin, "pipe", "pipe"],
    windowsHide: true,
  };
  try {
    watchOwnEnd();
    const child = spawn(program, args, settings);
    if (child.pid !== undefined) {
      rememberGroup(child.pid);
      return child as Launched;
    }
    throw await new Promise<Error>((settle) => child.once("error", settle));
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, options);
  }
}

/** The shell of the gate would only say 127, so what `spawn` finds out by itself is found out here. */
function gated(options: ChildOptions, env: Readonly<Record<string, string | undefined>>): [string, ...string[]] {
  const [program] = options.argv;
  if (options.cwd !== undefined && !isDirectory(options.cwd)) throw missingDirectory(options.cwd);
  const file = findProgram(program, { path: env.PATH, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) });
  if (file === undefined) throw isThere(options) ? notExecutable(program) : new ProgramNotFoundError(program);
  return behindGate(options.argv, file, env);
}

function refuseNul(options: ChildOptions): void {
  const withNul = (text: string | undefined): boolean => text?.includes("\0") ?? false;
  const refuse = (where: string): never => {
    throw new ProcessError("nul-in-arguments", `A program cannot be given a NUL character, and ${where} has one.`);
  };
  options.argv.forEach((argument, index) => {
    if (withNul(argument)) refuse(index === 0 ? "its name" : `argument ${index}`);
  });
  if (withNul(options.cwd)) refuse("its working directory");
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (withNul(name) || withNul(value)) refuse(`the environment variable ${name.replaceAll("\0", "?")}`);
  }
}

function explain(error: NodeJS.ErrnoException, options: ChildOptions): Error {
  if (error instanceof ProcessError) return error;
  const [program] = options.argv;
  const cause = { cause: error };
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      if (options.cwd !== undefined && !isDirectory(options.cwd)) return missingDirectory(options.cwd);
      return isThere(options) ? missingInterpreter(program, cause) : new ProgramNotFoundError(program, cause);
    case "EACCES":
      return notExecutable(program, cause);
    case "E2BIG":
      return new ProcessError(
        "arguments-too-long",
        `The arguments and environment of ${program} are longer than the system allows (one value: 128 KiB on Linux).`,
        cause,
      );
    default:
      return new ProcessError("spawn-failed", `${program} could not be started: ${error.message}.`, cause);
  }
}

function missingDirectory(cwd: string): ProcessError {
  return new ProcessError("working-directory-not-found", `There is no directory ${cwd} to run in.`);
}

function notExecutable(program: string, cause?: ErrorOptions): ProcessError {
  return new ProcessError("program-not-executable", `${program} is there and may not be executed.`, cause);
}

function missingInterpreter(program: string, cause: ErrorOptions): ProcessError {
  const message = `${program} is there, and the interpreter that its first line names is not.`;
  return new ProcessError("interpreter-not-found", message, cause);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Whether a program given by its path exists. Names without a path were looked up already. */
function isThere({ argv: [program], cwd = "." }: ChildOptions): boolean {
  return program.includes("/") && statSync(resolve(cwd, program), { throwIfNoEntry: false }) !== undefined;
}
