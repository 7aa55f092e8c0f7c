import { NodeError, TransientError } from "../nodes/node.ts";
import type { SentError } from "./protocol.ts";

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  const { code, output } = error as Partial<NodeError>;
  return { name, message, ...(typeof code === "string" ? { code } : {}), ...(output === undefined ? {} : { output }) };
}

export function receivedError({ name, message, code, output }: SentError): Error {
  const options = { ...(code === undefined ? {} : { code }), ...(output === undefined ? {} : { output }) };
  if (name === "TransientError") return new TransientError(message, options);
  if (name === "NodeError") return new NodeError(message, options);
  return Object.assign(new Error(message), { name, ...options });
}
