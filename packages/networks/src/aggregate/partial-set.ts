import type { Json, JsonObject } from "@pawl/flows";
import { derivedCorrelationId } from "../envelope/correlation.ts";
import { idOf, type Token, type TombstoneReason } from "../envelope/token.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { Delivery, Note } from "../transport/transport.ts";

/** The tokens that belong together at an aggregator: at most one per edge that enters it, whatever else arrives. */
export class PartialSet {
  readonly key: string;
  /** When its first token became durable: its time-out runs from there, also across restarts. */
  readonly firstAt: number;
  readonly parts: Map<number, Delivery> = new Map<number, Delivery>();
  attempt = 1;
  /** What must become durable when it closes. */
  notes: readonly Note[] = [];

  constructor(key: string, firstAt: number) {
    this.key = key;
    this.firstAt = firstAt;
  }

  /** In order of arrival. */
  inOrder(): Delivery[] {
    return [...this.parts.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** What the hook of an aggregator is given, and what it can learn of it. */
export interface Partials {
  readonly payloads: readonly JsonObject[];
  readonly sources: readonly string[];
  readonly missing: readonly string[];
}

export function partialsOf(network: Network, pod: Pod, set: PartialSet): Partials {
  const nameOf = (edge: number) => network.pods[network.edges[edge]!.from]!.id;
  const keepsPlaces = pod.aggregate!.onMissing === "null";
  const payloads: (JsonObject | null)[] = [];
  const sources: string[] = [];
  for (const { token } of set.inOrder()) {
    if (token.payload === undefined && !keepsPlaces) continue;
    payloads.push(token.payload?.take() ?? null);
    sources.push(nameOf(token.edge));
  }
  const missing = pod.ingress.filter((edge) => set.parts.get(edge)?.token.payload === undefined).map(nameOf);
  return { payloads: payloads as JsonObject[], sources, missing };
}

/** How serious a reason is: the worst of a set is what its own tombstone says. */
const severity: readonly TombstoneReason[] = ["suppressed", "rejected", "expired", "failed"];

export function worstReason(set: PartialSet): TombstoneReason {
  let worst = 0;
  for (const { token } of set.parts.values()) {
    if (token.reason !== undefined) worst = Math.max(worst, severity.indexOf(token.reason));
  }
  return severity[worst]!;
}

/** The one token that stands for the whole set: what follows from it follows from all of them. */
export function parentOf(pod: Pod, set: PartialSet): Token {
  const tokens = set.inOrder().map((delivery) => delivery.token);
  const lead = tokens.find((token) => token.reason === undefined) ?? tokens[0]!;
  const replies = new Set(tokens.flatMap((token) => (token.reply === undefined ? [] : token.reply.split(","))));
  return {
    ...lead,
    correlationId: pod.aggregate!.joins ? joinedId(pod, tokens) : lead.correlationId,
    cause: tokens.map(idOf),
    hop: Math.max(...tokens.map((token) => token.hop)),
    reply: replies.size === 0 ? undefined : [...replies].join(","),
  };
}

function joinedId(pod: Pod, tokens: readonly Token[]): string {
  const parents = tokens.map((token) => token.correlationId).sort();
  return derivedCorrelationId(`join:${pod.id}`, parents);
}

/** What follows from a set, with all its tokens as the cause. */
export function outcomeOf(
  parent: Token,
  edge: number,
  content: Pick<Token, "payload" | "reason" | "keys">,
  now: number,
): Token {
  return { ...parent, edge, time: now, hop: parent.hop + 1, ...content };
}

/** The value a JSON pointer leads to. */
export function lookUp(value: Json, pointer: string): Json | undefined {
  let current: Json | undefined = value;
  for (const part of pointer.split("/").slice(1)) {
    if (typeof current !== "object" || current === null) return undefined;
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    current = Object.hasOwn(current, name) ? (current as Record<string, Json>)[name] : undefined;
  }
  return current;
}
