import type { Payload } from "./payload.ts";

/** Why a tombstone stands where a message was expected. */
export type TombstoneReason = "suppressed" | "failed" | "expired" | "rejected";

/** Headers that travel with a message: the trace, and what the gateway's file allows. */
export type Headers = Readonly<Record<string, string>>;

/** By JSON pointer, the key that it leads to, as `keyOf` writes it. */
export type Keys = Readonly<Record<string, string>>;

/**
 * What an edge carries, exactly once per correlation id: a message, or a tombstone that says there is none.
 * Its id is `<correlation id>/<edge>`, so that a hook that runs again produces the same token again.
 */
export interface Token {
  readonly correlationId: string;
  readonly edge: number;
  /** Set on a tombstone. */
  readonly reason: TombstoneReason | undefined;
  /** Ids of the tokens it came from. */
  readonly cause: string | readonly string[];
  /** The pod where it all began. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Edges travelled so far. */
  readonly hop: number;
  readonly headers: Headers | undefined;
  /** Where somebody waits for the end of it. */
  readonly reply: string | undefined;
  /** On a tombstone: what an aggregator would have found in the message, by JSON pointer. */
  readonly keys?: Keys | undefined;
  /** Nothing on a tombstone. */
  readonly payload: Payload | undefined;
}

export function idOf(token: Token): string {
  return `${token.correlationId}/${token.edge}`;
}

/** The token that follows from `parent` on `edge`. */
export function follow(parent: Token, edge: number, content: Payload | TombstoneReason, now: number): Token {
  const isMessage = typeof content !== "string";
  return {
    correlationId: parent.correlationId,
    edge,
    reason: isMessage ? undefined : content,
    cause: idOf(parent),
    origin: parent.origin,
    time: now,
    hop: parent.hop + 1,
    headers: parent.headers,
    reply: parent.reply,
    payload: isMessage ? content : undefined,
  };
}

/** The token as part of the trace of the call that took it; as it is when spans are off. */
export function inTrace(token: Token, span: string | undefined): Token {
  return span === undefined ? token : { ...token, headers: { ...token.headers, traceparent: span } };
}
