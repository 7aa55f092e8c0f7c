import { messageOf } from "@pawl/hooks/diagnostics";
import type { Clock, Logger, Outcome } from "@pawl/hooks/guard";
import { idOf, inTrace, type Token, type TombstoneReason } from "../envelope/token.ts";
import type { CallSubject } from "../pod/pod-context.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { DeadReason } from "../transport/dead-letter.ts";
import { IdWindow } from "../transport/id-window.ts";
import type { Consumer, Delivery, Line, Step } from "../transport/transport.ts";
import { failpoint } from "./failpoint.ts";
import type { HookCaller } from "./hook-caller.ts";
import { type Judgement, judge } from "./judge.ts";
import type { PodStats } from "./pod-stats.ts";
import { attemptOf, deadLetterOf, messagesFrom, passageOf, tombstonesFrom } from "./steps.ts";
import type { Suspects } from "./suspects.ts";

/** A token that reached its end, for those who wait for it. */
export type EndListener = (pod: Pod, token: Token, ending: "done" | TombstoneReason) => void;

export interface PodRunnerOptions {
  readonly network: Network;
  readonly pod: Pod;
  readonly line: Line;
  readonly isAtomic: boolean;
  readonly caller: HookCaller;
  readonly stats: PodStats;
  readonly suspects: Suspects;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly onEnd: EndListener;
}

/** Messages that may be in the hands of a pod before they are durable downstream. */
const prefetch = 1_024;

/** Receives the tokens of one pod that is neither origin nor aggregator: hook, outputs, all durable in one step. */
export class PodRunner {
  readonly #options: PodRunnerOptions;
  /** Only where the engine may deliver again what was acknowledged. */
  readonly #window: IdWindow | undefined;
  #waiting: Delivery[] = [];
  #open = 0;
  #isServing = false;
  #consumer: Consumer | undefined;

  constructor(options: PodRunnerOptions) {
    this.#options = options;
    this.#window = options.isAtomic ? undefined : new IdWindow();
  }

  /** Hooks in flight, and messages that wait for one. */
  get isIdle(): boolean {
    return this.#open === 0 && this.#waiting.length === 0;
  }

  start(): void {
    const { line, pod, caller } = this.#options;
    const isOrdered = pod.concurrency === 1;
    const credit = isOrdered ? 1 : Math.max(prefetch, pod.concurrency);
    const keeps = pod.type === "sink" && caller.isIdle ? { keeps: { most: pod.keep, kept: () => this.#kept() } } : {};
    this.#consumer = line.consume(pod.index, { credit, isOrdered, ...keeps }, (delivery) => this.#receive(delivery));
  }

  /** Takes no more; what waits for a free hook is left to the next life. */
  stop(): void {
    this.#consumer?.close();
    this.#waiting = [];
  }

  /** Counted as a call of nobody, which took no time, whichever way the engine goes. */
  #kept(): void {
    const { stats } = this.#options;
    stats.received++;
    stats.hookEnded(0, false);
  }

  #receive(delivery: Delivery): void {
    const { stats, network, pod } = this.#options;
    const { token } = delivery;
    stats.received++;
    if (this.#window?.has(token.correlationId, token.edge)) {
      stats.duplicates++;
      delivery.commit({ outputs: [] });
    } else if (token.reason !== undefined) this.#passOn(delivery, token.reason);
    else if (token.hop > network.pods.length)
      this.#bury(delivery, "hop-limit", new Error("The message travelled in a circle."));
    else if (delivery.attempt > pod.retry.attempts)
      this.#bury(delivery, "poison", new Error("The process ended each time this message was tried."));
    else if (delivery.isRecovered) this.#options.suspects.admit(delivery, () => this.#queue(delivery));
    else this.#queue(delivery);
  }

  #queue(delivery: Delivery): void {
    if (this.#open < this.#options.pod.concurrency) this.#run(delivery);
    else this.#waiting.push(delivery);
  }

  /** Gives free hooks to those who wait; not recursive, however many hooks answer at once. */
  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#waiting.length > 0 && this.#open < this.#options.pod.concurrency) this.#run(this.#waiting.shift()!);
    this.#isServing = false;
  }

  #run(delivery: Delivery): void {
    const { token } = delivery;
    const subject: CallSubject = {
      id: idOf(token),
      correlationId: token.correlationId,
      attempt: delivery.attempt,
      traceparent: token.headers?.traceparent,
    };
    this.#open++;
    const outcome = this.#options.caller.call({ payload: token.payload!.take() }, subject);
    if (outcome instanceof Promise) outcome.then((settled) => this.#settle(delivery, settled, subject));
    else this.#settle(delivery, outcome, subject);
  }

  #settle(delivery: Delivery, outcome: Outcome<unknown>, subject: CallSubject): void {
    const { pod, line, random, clock } = this.#options;
    failpoint("after-hook", pod.id);
    this.#open--;
    const judgement = judge(outcome, { pod, line, attempt: delivery.attempt, random });
    if (judgement.next === "send") {
      const now = clock.now();
      const outputs = messagesFrom(pod, inTrace(delivery.token, subject.span), judgement.payload, now);
      this.#commit(delivery, { outputs, passage: passageOf("sent", now, subject) });
    } else this.#settleWithout(delivery, judgement, subject);
    if (this.#waiting.length > 0) this.#serve();
  }

  /** There is no message to send. */
  #settleWithout(delivery: Delivery, judgement: Exclude<Judgement, { next: "send" }>, subject: CallSubject): void {
    const { pod, line, stats, log } = this.#options;
    switch (judgement.next) {
      case "suppress":
        this.#suppress(delivery, subject);
        break;
      case "retry":
        stats.retries++;
        log.warn(`${pod.id} failed and tries again: ${messageOf(judgement.error)}`, { attempt: delivery.attempt });
        line.remark?.(attemptOf(pod, subject, judgement));
        delivery.retry(judgement.delayMs);
        break;
      case "bury":
        this.#bury(delivery, judgement.reason, judgement.error, subject);
        break;
      case "leave":
        break;
    }
  }

  /** Nothing was returned: the end of the road at a sink, a suppressed message everywhere else. */
  #suppress(delivery: Delivery, subject: CallSubject): void {
    const { network, pod, clock } = this.#options;
    const { token } = delivery;
    const now = clock.now();
    if (pod.egress.length > 0) {
      const outputs = tombstonesFrom(network, pod, token, { reason: "suppressed", now });
      this.#commit(delivery, { outputs, passage: passageOf("suppressed", now, subject) });
      return;
    }
    const record = pod.type === "sink" ? { record: { pod: pod.index, keep: pod.keep } } : {};
    this.#commit(delivery, { outputs: [], ...record, passage: passageOf("done", now, subject) }, "done");
  }

  /** A tombstone needs no hook. */
  #passOn(delivery: Delivery, reason: TombstoneReason): void {
    const { network, pod, clock, stats } = this.#options;
    stats.tombstonesIn++;
    const now = clock.now();
    const outputs = tombstonesFrom(network, pod, delivery.token, { reason, now });
    this.#commit(delivery, { outputs, passage: passageOf(reason, now) }, pod.egress.length === 0 ? reason : undefined);
  }

  #bury(delivery: Delivery, reason: DeadReason, error: unknown, subject?: CallSubject): void {
    const { network, pod, clock, stats, log } = this.#options;
    const now = clock.now();
    stats.dead++;
    log.error(`${pod.id} gave up on a message: ${messageOf(error)}`, {
      reason,
      id: idOf(delivery.token),
      attempts: delivery.attempt,
    });
    const dead = deadLetterOf(network, pod, [delivery.token], { reason, error, attempts: delivery.attempt, time: now });
    const tombstone = reason === "rejected" ? "rejected" : "failed";
    const outputs = tombstonesFrom(network, pod, delivery.token, { reason: tombstone, now });
    const passage = passageOf(tombstone, now, subject);
    this.#commit(delivery, { outputs, dead, passage }, pod.egress.length === 0 ? tombstone : undefined);
  }

  #commit(delivery: Delivery, step: Step, ending?: "done" | TombstoneReason): void {
    const { stats, pod, onEnd } = this.#options;
    const { token } = delivery;
    for (const output of step.outputs) {
      if (output.reason === undefined) stats.sent++;
      else stats.tombstonesOut++;
    }
    const isAwaited = ending !== undefined && token.reply !== undefined;
    if (!isAwaited && this.#window === undefined) {
      delivery.commit(step);
      return;
    }
    delivery.commit(step, (error) => {
      if (error !== undefined) return;
      this.#window?.add(token.correlationId, token.edge);
      if (isAwaited) onEnd(pod, token, ending);
    });
  }
}
