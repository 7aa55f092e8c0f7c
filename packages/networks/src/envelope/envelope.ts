import type { Json } from "@pawl/flows";
import type { Network } from "../topology/network.ts";
import { TextPayload } from "./payload.ts";
import { type Headers, idOf, type Keys, type Token, type TombstoneReason } from "./token.ts";

/** A token as it is written down where others read it: dead letters, and engines between processes. */
export interface Envelope {
  readonly v: 1;
  readonly net: string;
  /** Revision of the network that produced it. */
  readonly rev: string;
  readonly id: string;
  readonly corr: string;
  readonly cause: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly edge: number;
  readonly kind: "msg" | "tombstone";
  readonly reason?: TombstoneReason;
  readonly origin: string;
  readonly ts: number;
  readonly hop: number;
  readonly hdr: Headers;
  readonly reply?: string;
  readonly keys?: Keys;
  readonly data?: Json;
}

export function toEnvelope(network: Network, token: Token): Envelope {
  const edge = network.edges[token.edge]!;
  return {
    v: 1,
    net: network.name,
    rev: network.revision,
    id: idOf(token),
    corr: token.correlationId,
    cause: typeof token.cause === "string" ? [token.cause] : token.cause,
    from: network.pods[edge.from]!.id,
    to: network.pods[edge.to]!.id,
    edge: token.edge,
    kind: token.reason === undefined ? "msg" : "tombstone",
    ...(token.reason === undefined ? {} : { reason: token.reason }),
    origin: token.origin,
    ts: token.time,
    hop: token.hop,
    hdr: token.headers ?? {},
    ...(token.reply === undefined ? {} : { reply: token.reply }),
    ...(token.keys === undefined ? {} : { keys: token.keys }),
    ...(token.payload === undefined ? {} : { data: token.payload.take() }),
  };
}

/** The token of an envelope in this network, or nothing when its edge is gone. */
export function fromEnvelope(network: Network, envelope: Envelope): Token | undefined {
  const edge = network.edges.find(
    ({ from, to }) => network.pods[from]!.id === envelope.from && network.pods[to]!.id === envelope.to,
  );
  if (edge === undefined) return undefined;
  return {
    correlationId: envelope.corr,
    edge: edge.index,
    reason: envelope.reason,
    cause: envelope.cause,
    origin: envelope.origin,
    time: envelope.ts,
    hop: envelope.hop,
    headers: envelope.hdr,
    reply: envelope.reply,
    keys: envelope.keys,
    payload: envelope.data === undefined ? undefined : TextPayload.of(envelope.data as object),
  };
}
