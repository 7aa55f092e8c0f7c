import type { JsonObject } from "@pawl/flows";
import { messageOf } from "@pawl/hooks/diagnostics";
import { keysIn } from "../aggregate/set-key.ts";
import { toEnvelope } from "../envelope/envelope.ts";
import type { Payload } from "../envelope/payload.ts";
import { follow, type Token, type TombstoneReason } from "../envelope/token.ts";
import type { Passage, PassageOutcome } from "../history/passage.ts";
import type { CallSubject } from "../pod/pod-context.ts";
import { stackOf } from "../pod/refusal.ts";
import type { Edge, Network, Pod } from "../topology/network.ts";
import type { DeadReason, NewDeadLetter } from "../transport/dead-letter.ts";
import type { Remark } from "../transport/transport.ts";

const mostText = 2_000;

/** The same payload on every egress edge: serialised once, parsed once per branch. */
export function messagesFrom(pod: Pod, parent: Token, payload: Payload, now: number): Token[] {
  const { egress } = pod;
  if (egress.length === 1) return [follow(parent, egress[0]!, payload, now)];
  return egress.map((edge) => follow(parent, edge, payload, now));
}

/** A tombstone on every egress edge that somebody waits for: an aggregator down the road, or the client of a gateway. */
export function tombstonesFrom(
  network: Network,
  pod: Pod,
  parent: Token,
  cause: { readonly reason: TombstoneReason; readonly now: number; readonly instead?: JsonObject },
): Token[] {
  const isAwaited = parent.reply !== undefined;
  return pod.egress
    .map((edge) => network.edges[edge]!)
    .filter((edge) => isAwaited || edge.needsTombstones)
    .map((edge) => tombstone(parent, edge, cause));
}

/** With the keys of the message it stands for, where an aggregator down the road will ask for them. */
function tombstone(parent: Token, edge: Edge, cause: Parameters<typeof tombstonesFrom>[3]): Token {
  const token = follow(parent, edge.index, cause.reason, cause.now);
  if (edge.keyPointers.length === 0) return token;
  const instead = cause.instead ?? parent.payload?.take();
  return { ...token, keys: instead === undefined ? parent.keys : keysIn(instead, edge.keyPointers) };
}

/** What is remembered of a call, or of a tombstone that was passed on without one. */
export function passageOf(outcome: PassageOutcome, endedAt: number, subject?: CallSubject): Passage {
  if (subject === undefined) return { endedAt, durationMs: 0, attempt: 0, outcome };
  const { attempt, durationMs = 0 } = subject;
  return { endedAt, durationMs, attempt, outcome, traceparent: subject.isEntry ? subject.traceparent : undefined };
}

/** What is told of an attempt that failed, when another follows. */
export function attemptOf(
  pod: Pod,
  { correlationId, attempt }: CallSubject,
  failure: { readonly error: unknown; readonly delayMs: number },
): Remark {
  const error = messageOf(failure.error).slice(0, mostText);
  const data = { number: attempt, error, delayMs: Math.round(failure.delayMs) };
  return { type: "pod-attempt", pod: pod.id, message: correlationId, data };
}

export interface Death {
  readonly reason: DeadReason;
  readonly error: unknown;
  readonly attempts: number;
  readonly time: number;
}

export function deadLetterOf(network: Network, pod: Pod, tokens: readonly Token[], death: Death): NewDeadLetter {
  return {
    pod: pod.id,
    reason: death.reason,
    error: death.error === undefined ? undefined : messageOf(death.error).slice(0, mostText),
    stack: stackOf(death.error),
    attempts: death.attempts,
    time: death.time,
    envelopes: tokens.map((token) => toEnvelope(network, token)),
  };
}
