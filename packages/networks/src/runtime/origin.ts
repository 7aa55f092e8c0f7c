import type { JsonObject } from "@pawl/flows";
import type { Clock, Outcome } from "@pawl/hooks/guard";
import { failpoint } from "../delivery/failpoint.ts";
import type { HookCaller } from "../delivery/hook-caller.ts";
import { judge } from "../delivery/judge.ts";
import type { PodStats } from "../delivery/pod-stats.ts";
import { messagesFrom, passageOf, tombstonesFrom } from "../delivery/steps.ts";
import { newCorrelationId } from "../envelope/correlation.ts";
import { type Headers, inTrace, type Token } from "../envelope/token.ts";
import type { CallSubject } from "../pod/pod-context.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { Injected, Line, Note, Receipt } from "../transport/transport.ts";

export interface OriginOptions {
  readonly network: Network;
  readonly pod: Pod;
  readonly line: Line;
  readonly caller: HookCaller;
  readonly stats: PodStats;
  readonly clock: Clock;
  /** Pods that a message from here can come to. */
  readonly downstream: readonly number[];
  /** Where those who wait for it are told. */
  readonly addressOf: (correlationId: string) => string;
}

/** One event at a gateway or an initiator. */
export interface Incoming {
  readonly payload: JsonObject;
  /** As the hook sees them: names in lower case. */
  readonly headers: Headers;
  /** Default: a new one. One that is known sends nothing. */
  readonly correlationId?: string;
  /** Headers that travel on with the message. */
  readonly carried?: Headers | undefined;
  /** Somebody waits for the end of it. */
  readonly isAwaited?: boolean;
  /** Made durable together with the message. */
  readonly receiptFor?: ((status: Accepted["status"], correlationId: string) => Receipt) | undefined;
  readonly notes?: readonly Note[];
}

export interface Accepted {
  readonly status: "accepted" | "suppressed" | "duplicate";
  readonly correlationId: string;
}

/** Why nothing was sent. */
export interface Refused {
  readonly status: "refused";
  readonly outcome: Outcome<unknown>;
  readonly error: unknown;
}

interface Called {
  readonly outcome: Outcome<unknown>;
  readonly subject: CallSubject;
}

type Answer = Accepted | Refused;

/** Takes events in: calls the hook of a gateway or initiator, and resolves once what it returned is durable. */
export class Origin {
  readonly #options: OriginOptions;

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  get pod(): Pod {
    return this.#options.pod;
  }

  /**
   * Whether every mailbox down the road has room. Only the entry is closed when one is full: what was accepted always
   * goes on, because a pod that held back could hold back the very message an aggregator waits for.
   */
  get hasRoom(): boolean {
    const { network, line, downstream } = this.#options;
    for (const index of downstream) {
      const { messages, bytes } = line.backlog(index);
      const { mailbox } = network.pods[index]!;
      if (messages >= mailbox.messages || bytes >= mailbox.bytes) return false;
    }
    return true;
  }

  /** @throws FullError, UnavailableError from the engine */
  accept(incoming: Incoming): Answer | Promise<Answer> {
    const { caller, stats, clock, pod } = this.#options;
    const time = clock.now();
    const correlationId = incoming.correlationId ?? newCorrelationId(time);
    stats.received++;
    const { traceparent } = incoming.carried ?? {};
    const id = `${correlationId}/${pod.id}`;
    const subject: CallSubject = { id, correlationId, attempt: 1, traceparent, isEntry: true };
    const called = caller.call({ payload: incoming.payload, headers: incoming.headers }, subject);
    const send = (outcome: Outcome<unknown>) => {
      failpoint("after-hook", pod.id);
      return this.#send(incoming, inTrace(this.#root(incoming, correlationId, time), subject.span), {
        outcome,
        subject,
      });
    };
    return called instanceof Promise ? called.then(send) : send(called);
  }

  #send(incoming: Incoming, parent: Token, { outcome, subject }: Called): Answer | Promise<Answer> {
    const { network, pod, line, stats, clock } = this.#options;
    const judgement = judge(outcome, { pod, line, attempt: pod.retry.attempts, random: Math.random });
    if (judgement.next !== "send" && judgement.next !== "suppress") {
      return { status: "refused", outcome, error: judgement.next === "bury" ? judgement.error : undefined };
    }
    const { correlationId } = parent;
    const now = clock.now();
    const isMessage = judgement.next === "send";
    const tokens = isMessage
      ? messagesFrom(pod, parent, judgement.payload, now)
      : tombstonesFrom(network, pod, parent, { reason: "suppressed", now, instead: incoming.payload });
    const status = isMessage ? "accepted" : "suppressed";
    const receipt = incoming.receiptFor?.(status, correlationId);
    const sent = line.inject(tokens, {
      passage: passageOf(isMessage ? "sent" : "suppressed", now, subject),
      ...(receipt === undefined ? {} : { receipt }),
      ...(incoming.notes === undefined ? {} : { notes: incoming.notes }),
    });
    const answer = (injected: Injected): Answer => {
      failpoint("after-inject", pod.id);
      if (injected === "duplicate") return { status: "duplicate", correlationId };
      if (isMessage) stats.sent++;
      else stats.tombstonesOut += tokens.length;
      return { status, correlationId };
    };
    return sent instanceof Promise ? sent.then(answer) : answer(sent);
  }

  /** What the first token follows from: nothing travelled yet, so it has no edge. */
  #root(incoming: Incoming, correlationId: string, time: number): Token {
    const { pod } = this.#options;
    return {
      correlationId,
      edge: -1,
      reason: undefined,
      cause: [],
      origin: pod.id,
      time,
      hop: 0,
      headers: incoming.carried,
      reply: incoming.isAwaited ? this.#options.addressOf(correlationId) : undefined,
      payload: undefined,
    };
  }
}
