/** Everything that can keep a program from running, and a persistent one from answering. */
export type ProcessErrorCode =
  | "program-not-found"
  | "program-not-executable"
  | "interpreter-not-found"
  | "working-directory-not-found"
  | "arguments-too-long"
  | "nul-in-arguments"
  | "spawn-failed"
  | "program-ended"
  | "program-refused"
  | "program-timeout"
  | "program-closed"
  | "too-many-calls";

/** A program that could not be started, or did not answer. One that ran to its end and failed is a result instead. */
export class ProcessError extends Error {
  override readonly name: string = "ProcessError";
  readonly code: ProcessErrorCode;

  constructor(code: ProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export class ProgramNotFoundError extends ProcessError {
  override readonly name = "ProgramNotFoundError";
  readonly program: string;

  constructor(program: string, options?: ErrorOptions) {
    super("program-not-found", notFoundMessage(program), options);
    this.program = program;
  }
}

function notFoundMessage(program: string): string {
  if (program === "") return "The name of the program is empty.";
  return program.includes("/") ? `There is no file ${program}.` : `No program ${program} is on PATH.`;
}
