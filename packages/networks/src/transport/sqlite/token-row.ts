import { TextPayload } from "../../envelope/payload.ts";
import type { Token } from "../../envelope/token.ts";
import { readCause, type WrittenCause, writeFields } from "../../envelope/written.ts";

/** The small fields of a token, so that a tombstone or a duplicate is settled without reading the payload. */
type Head = [
  reason: Token["reason"] | null,
  cause: WrittenCause,
  origin: string,
  time: number,
  hop: number,
  headers: Token["headers"] | null,
  reply: string | null,
  keys?: Token["keys"],
];

export function headOf(token: Token): string {
  const { reason } = token;
  return `[${reason === undefined ? "null" : `"${reason}"`},${writeFields(token, "null")}]`;
}

export function tokenOf(row: Record<string, unknown>): Token {
  const [reason, cause, origin, time, hop, headers, reply, keys] = JSON.parse(String(row.head)) as Head;
  return {
    correlationId: String(row.corr),
    edge: Number(row.edge),
    reason: reason ?? undefined,
    cause: readCause(cause, String(row.corr)),
    origin,
    time,
    hop,
    headers: headers ?? undefined,
    reply: reply ?? undefined,
    keys,
    payload: row.data === null ? undefined : new TextPayload(String(row.data)),
  };
}
