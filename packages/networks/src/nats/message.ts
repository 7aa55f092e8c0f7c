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
  /** A number: the edge of the one token it came from, of the same correlation id. */
  cause: Token["cause"] | number,
  origin: string,
  time: number,
  hop: number,
  headers: Token["headers"] | 0,
  reply: string | 0,
  keys?: Token["keys"],
];

export function bodyOf(token: Token): string {
  const { correlationId, reason, origin, time, hop, headers, reply, keys, payload } = token;
  // Most have nothing but what is written here as it is; writing a list of ten costs several times as much.
  const start = `[1,${quoted(correlationId)},${reason === undefined ? 0 : `"${reason}"`},${causeOf(token)}`;
  const rest = `${quoted(origin)},${time},${hop},${headers === undefined ? 0 : JSON.stringify(headers)}`;
  const end = `${reply === undefined ? 0 : quoted(reply)}${keys === undefined ? "" : `,${JSON.stringify(keys)}`}]`;
  const head = `${start},${rest},${end}`;
  return payload === undefined ? head : `${head}\n${payload.text()}`;
}

const plain = /^[\w./-]*$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function causeOf({ cause, correlationId }: Token): string {
  if (typeof cause !== "string") return JSON.stringify(cause);
  const edge = cause.startsWith(correlationId) ? cause.slice(correlationId.length) : "";
  return edgeOf.test(edge) ? edge.slice(1) : JSON.stringify(cause);
}

const edgeOf = /^\/(-1|0|[1-9]\d*)$/;

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
    cause: typeof cause === "number" ? `${correlationId}/${cause}` : cause,
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
