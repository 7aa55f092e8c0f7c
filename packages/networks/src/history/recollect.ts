import { readTraceparent, traceIdOf } from "@pawl/hooks/trace";
import type { Network } from "../topology/network.ts";
import type { DeadLetter } from "../transport/dead-letter.ts";
import { type HistoryQuery, inOrder, type MessageHistory, mostFound, uuidOf } from "./message-history.ts";
import { type PodPassage, podsInOrder } from "./read-passages.ts";
import type { Told } from "./told.ts";

/** A token that has not gone its way yet. */
export interface WaitingToken {
  readonly correlationId: string;
  readonly traceparent: string | undefined;
  readonly pod: string;
  readonly since: number;
  readonly attempts: number;
}

/** Everything that is known of messages, in the order in which it was told. */
export interface Memories {
  /** Is gone through more than once. */
  readonly told: () => Iterable<Told>;
  readonly waiting: readonly WaitingToken[];
  readonly deadLetters: readonly DeadLetter[];
}

/** Puts together what is known of the messages that are asked for, and of those that they have become. */
export function recollect(network: Network, memories: Memories, query: HistoryQuery): MessageHistory[] {
  const ids = idsMeant(memories, query);
  const passages = new Map<string, Map<string, PodPassage>>();
  for (let known = -1; known < ids.size; ) {
    known = ids.size;
    for (const told of memories.told()) {
      if (!ids.has(told.correlationId)) continue;
      const pods = passages.get(told.correlationId) ?? new Map<string, PodPassage>();
      passages.set(told.correlationId, pods);
      // What came twice is what it was the first time.
      if (!pods.has(told.pod)) pods.set(told.pod, passageOf(told));
      if (told.into !== undefined) ids.add(told.into);
    }
  }
  const order = orderOf(network);
  const found = [...ids].map((correlationId): MessageHistory => {
    const ofPods = [...(passages.get(correlationId)?.values() ?? [])].sort((a, b) => order(a.pod) - order(b.pod));
    const traceparent = ofPods.find((passage) => passage.traceparent !== undefined)?.traceparent;
    return {
      network: network.name,
      correlationId,
      traceId: readTraceparent(traceparent)?.traceId ?? traceIdOf(correlationId),
      traceparent,
      passages: ofPods,
      waiting: memories.waiting
        .filter((token) => token.correlationId === correlationId)
        .map(({ pod, since, attempts }) => ({ pod, since, attempts })),
      deadLetters: memories.deadLetters.filter(({ envelopes }) => envelopes.some(({ corr }) => corr === correlationId)),
    };
  });
  return inOrder(found);
}

function idsMeant({ told, waiting, deadLetters }: Memories, query: HistoryQuery): Set<string> {
  const isMeant = matcher(query);
  const ids = new Set<string>();
  const consider = (correlationId: string, traceparent: string | undefined) => {
    if (ids.size < mostFound && isMeant(correlationId, traceparent)) ids.add(correlationId);
  };
  for (const { correlationId, passage } of told()) consider(correlationId, passage.traceparent);
  for (const token of waiting) consider(token.correlationId, token.traceparent);
  for (const { envelopes } of deadLetters) for (const { corr, hdr } of envelopes) consider(corr, hdr.traceparent);
  return ids;
}

function matcher(query: HistoryQuery): (correlationId: string, traceparent: string | undefined) => boolean {
  if ("correlationId" in query) return (correlationId) => correlationId.startsWith(query.correlationId);
  const [brought, own] = [`00-${query.traceId}`, uuidOf(query.traceId)];
  return (correlationId, traceparent) => correlationId.startsWith(own) || traceparent?.startsWith(brought) === true;
}

function passageOf({ pod, passage, into }: Told): PodPassage {
  return { ...passage, traceparent: passage.traceparent, pod, into };
}

/** Pods that the network no longer has come last. */
function orderOf({ edges, pods }: Network): (pod: string) => number {
  const order = podsInOrder(edges.map((edge) => [pods[edge.from]!.id, pods[edge.to]!.id]));
  const places = new Map(order.map((pod, index) => [pod, index]));
  return (pod) => places.get(pod) ?? order.length;
}
