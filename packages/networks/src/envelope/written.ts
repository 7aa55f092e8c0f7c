import type { Token } from "./token.ts";

/** A number: the edge of the one token it came from, of the same correlation id. */
export type WrittenCause = Token["cause"] | number;

/**
 * The small fields of a token, from its cause on, as parts of a JSON list; `nothing` stands where there is none. Most have
 * only what is written as it is, and to have the list written costs several times as much.
 */
export function writeFields(token: Token, nothing: "0" | "null"): string {
  const { origin, time, hop, headers, reply, keys } = token;
  const start = `${causeText(token)},${quoted(origin)},${time},${hop}`;
  const end = keys === undefined ? "" : `,${JSON.stringify(keys)}`;
  const trace = headers === undefined ? nothing : JSON.stringify(headers);
  return `${start},${trace},${reply === undefined ? nothing : quoted(reply)}${end}`;
}

export function readCause(cause: WrittenCause, correlationId: string): Token["cause"] {
  return typeof cause === "number" ? `${correlationId}/${cause}` : cause;
}

/** A text as JSON. */
export function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

const plain = /^[\w./-]*$/;

function causeText({ cause, correlationId }: Token): string {
  if (typeof cause !== "string") return JSON.stringify(cause);
  const edge = cause.startsWith(correlationId) ? cause.slice(correlationId.length) : "";
  return edgeOf.test(edge) ? edge.slice(1) : JSON.stringify(cause);
}

const edgeOf = /^\/(-1|0|[1-9]\d*)$/;
