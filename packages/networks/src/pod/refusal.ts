/** Thrown by a hook to refuse a message for good: no retry. At a gateway, `status` (400 to 499) is the answer. */
export class Reject extends Error {
  readonly retryable = false;
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "Reject";
    this.status = status;
  }
}

/** Thrown by a hook when trying again is of no use: the message goes to the dead letters at once. */
export class NonRetryable extends Error {
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = "NonRetryable";
  }
}

/** By what they carry and not by their class: a pod module may have loaded its own copy of this one. */
export function isRetryable(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "retryable" in error && error.retryable === false);
}

/** The status a hook asked for with `Reject`, if it is one of those. */
export function refusedStatus(error: unknown): number | undefined {
  if (isRetryable(error) || !("status" in (error as object))) return undefined;
  const { status } = error as { status: unknown };
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status < 500 ? status : undefined;
}

const programmingErrors = new Set(["TypeError", "ReferenceError", "RangeError", "SyntaxError"]);

/** A mistake of the hook's author and not of its caller: its text is for the log only. */
export function isProgrammingError(error: unknown): boolean {
  return error instanceof Error && programmingErrors.has(error.name);
}

const stackLines = 12;

export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  return error.stack.split("\n").slice(0, stackLines).join("\n").slice(0, 4_000);
}
