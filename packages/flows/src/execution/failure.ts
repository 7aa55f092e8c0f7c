import type { Failure } from "../durability/records.ts";
import { type ExpressionCode, ExpressionError } from "../expression/expression-error.ts";
import type { Json } from "../json.ts";
import { NodeError, TransientError } from "../nodes/node.ts";
import type { ExecutionCode } from "./codes.ts";

/** A failure, and whether trying again may help. */
export interface Fault {
  readonly failure: Failure;
  readonly kind: "transient" | "permanent";
  /** What the node had by then. */
  readonly output: Json;
}

export function failure(code: ExecutionCode, message: string): Failure {
  return { code, message };
}

/** Ends the whole run, whatever `continue_on_error` says: the flow itself cannot go on. */
export class RunFault extends Error {
  override readonly name = "RunFault";
  readonly failure: Failure;
  constructor(code: ExecutionCode | ExpressionCode, message: string) {
    super(message);
    this.failure = { code, message };
  }
}

/** What a thrown value means. Errors that say nothing about their kind may pass, so they are tried again. */
export function faultOf(error: unknown): Fault {
  if (error instanceof NodeError || isNamedLike(error)) {
    const kind = error instanceof TransientError || error.name === "TransientError" ? "transient" : "permanent";
    return { failure: { code: error.code, message: error.message }, kind, output: error.output ?? null };
  }
  if (error instanceof ExpressionError) {
    return { failure: { code: error.code, message: error.message }, kind: "permanent", output: null };
  }
  return { failure: failure("node-failed", messageOf(error)), kind: "transient", output: null };
}

/** A plugin may carry a copy of the error classes of its own. */
function isNamedLike(error: unknown): error is NodeError {
  if (!(error instanceof Error)) return false;
  return (error.name === "NodeError" || error.name === "TransientError") && "code" in error;
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : safeText(error);
  return text === "" ? "It failed without saying why." : text;
}

function safeText(value: unknown): string {
  try {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return "It failed with a value that cannot be shown.";
  }
}
