import { TextPayload } from "../envelope/payload.ts";
import type { Token } from "../envelope/token.ts";

/**
 * A token in a message: one line with the small fields, then the payload as it is. So a tombstone or a duplicate is
 * settled without reading the payload, and a payload is written once for all edges.
 */
type Head = [
  version: 1,
  correlationId: string,
  reason: Token["reason"] | 0,
  cause: Token["cause"],
  origin: string,
  time: number,
  hop: number,
  headers: Token["headers"] | 0,
  reply: string | 0,
  keys?: Token["keys"],
];

export function bodyOf(token: Token): string {
  const { correlationId, reason, cause, origin, time, hop, headers, reply, keys } = token;
  const head: Head = [1, correlationId, reason ?? 0, cause, origin, time, hop, headers ?? 0, reply ?? 0];
  if (keys !== undefined) head.push(keys);
  return token.payload === undefined ? JSON.stringify(head) : `${JSON.stringify(head)}\n${token.payload.text()}`;
}

/** Nothing when it is not a message of a network. */
export function tokenOf(body: string, edge: number): Token | undefined {
  const end = body.indexOf("\n");
  const head = headOf(end < 0 ? body : body.slice(0, end));
  if (head === undefined) return undefined;
  const [, correlationId, reason, cause, origin, time, hop, headers, reply, keys] = head;
  return {
    correlationId,
    edge,
    reason: reason || undefined,
    cause,
    origin,
    time,
    hop,
    headers: headers || undefined,
    reply: reply || undefined,
    keys,
    payload: end < 0 ? undefined : new TextPayload(body.slice(end + 1)),
  };
}

function headOf(line: string): Head | undefined {
  try {
    const head = JSON.parse(line) as Head;
    return Array.isArray(head) && head[0] === 1 && typeof head[1] === "string" ? head : undefined;
  } catch {
    return undefined;
  }
}

/** Where in its stream a message stands, and how often it was delivered: the server writes that into its reply subject. */
export interface Place {
  readonly deliveries: number;
  readonly seq: number;
  /** When it was stored, milliseconds since 1970. */
  readonly storedAt: number;
}

/** `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>[.…]` */
export function placeOf(reply: string): Place {
  const parts = reply.split(".");
  const first = parts.length > 9 ? 6 : 4;
  // Nanoseconds are more than a number holds.
  return {
    deliveries: Number(parts[first]),
    seq: Number(parts[first + 1]),
    storedAt: Number(parts[first + 3]!.slice(0, -6)),
  };
}
