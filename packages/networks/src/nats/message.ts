import { TextPayload } from "../envelope/payload.ts";
import type { Token } from "../envelope/token.ts";
import { quoted, readCause, type WrittenCause, writeFields } from "../envelope/written.ts";

/**
 * A token in a message: one line with the small fields, then the payload as it is. So a tombstone or a duplicate is
 * settled without reading the payload, and a payload is written once for all edges.
 */
type Head = [
  version: 1,
  correlationId: string,
  reason: Token["reason"] | 0,
  cause: WrittenCause,
  origin: string,
  time: number,
  hop: number,
  headers: Token["headers"] | 0,
  reply: string | 0,
  keys?: Token["keys"],
];

export function bodyOf(token: Token): string {
  const { correlationId, reason, payload } = token;
  const start = `[1,${quoted(correlationId)},${reason === undefined ? 0 : `"${reason}"`}`;
  const head = `${start},${writeFields(token, "0")}]`;
  return payload === undefined ? head : `${head}\n${payload.text()}`;
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
    cause: readCause(cause, correlationId),
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
  let count = 0;
  for (let at = reply.indexOf("."); at >= 0 && count < dots.length; at = reply.indexOf(".", at + 1)) dots[count++] = at;
  const first = count > 8 ? 5 : 3;
  // Nanoseconds are more than a number holds.
  return {
    deliveries: Number(reply.slice(dots[first]! + 1, dots[first + 1])),
    seq: Number(reply.slice(dots[first + 1]! + 1, dots[first + 2])),
    storedAt: Number(reply.slice(dots[first + 3]! + 1, dots[first + 4]! - 6)),
  };
}

/** Where the dots of the subject in hand are: one list for all, because it is read for every message. */
const dots: number[] = new Array<number>(12).fill(0);
