import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** Ends a command with a sentence and an exit code. The sentence is all that is shown, unless `--verbose`. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;
  /** What to type next. */
  readonly next: string | undefined;
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    exitCode: ExitCode,
    message: string,
    options: { next?: string; diagnostics?: readonly Diagnostic[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exitCode = exitCode;
    this.next = options.next;
    this.diagnostics = options.diagnostics ?? [];
  }
}

export function usageError(message: string, next?: string): CommandError {
  return new CommandError(exitCodes.usage, message, next === undefined ? {} : { next });
}

/** `next` is what lists the things that exist. */
export function notFound(message: string, next?: string): CommandError {
  return new CommandError(exitCodes.notFound, message, next === undefined ? {} : { next });
}
