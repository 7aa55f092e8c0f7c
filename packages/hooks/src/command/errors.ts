/** Everything that can be wrong with a program that serves as a hook, beyond not starting (`ProcessError`). */
export type CommandErrorCode =
  | "exit-code"
  | "killed"
  | "output-too-large"
  | "invalid-json"
  | "script-not-found"
  | "aborted";

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;
  /** Where the program ended by itself. */
  readonly exitCode: number | undefined;

  constructor(code: CommandErrorCode, message: string, exitCode?: number) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}
