import { messageOf } from "@pawl/hooks/diagnostics";
import type { Outcome } from "@pawl/hooks/guard";
import { failpoint } from "../delivery/failpoint.ts";
import { judge } from "../delivery/judge.ts";
import type { PodRunnerOptions } from "../delivery/pod-runner.ts";
import { attemptOf, deadLetterOf, passageOf } from "../delivery/steps.ts";
import { idOf, inTrace, type TombstoneReason } from "../envelope/token.ts";
import type { CallSubject } from "../pod/pod-context.ts";
import { DueQueue } from "../schedule/due-queue.ts";
import type { AggregateOptions } from "../topology/network.ts";
import type { DeadReason } from "../transport/dead-letter.ts";
import type { Delivery, Note, Step } from "../transport/transport.ts";
import { outcomeOf, type PartialSet, parentOf, partialsOf, worstReason } from "./partial-set.ts";
import { keysIn } from "./set-key.ts";

const refusals = {
  "hop-limit": "The message travelled in a circle.",
  "no-key": "The message has no key that says which set it belongs to.",
  "duplicate-key": "Its edge has already brought another message with this key.",
  late: "Its set was closed before it came.",
} satisfies Partial<Record<DeadReason, string>>;

/**
 * Closes sets: calls the hook with the partials, and makes its message, the end of all partials and the memory of the
 * set durable in one step. Which tokens form a set is decided elsewhere.
 */
export class SetCloser {
  readonly #options: PodRunnerOptions;
  readonly #rules: AggregateOptions;
  readonly #retries: DueQueue<PartialSet>;
  readonly #closed: (set: PartialSet) => void;
  #waiting: PartialSet[] = [];
  #open = 0;

  /** `closed` is called when a set is settled for good. */
  constructor(options: PodRunnerOptions, closed: (set: PartialSet) => void) {
    this.#options = options;
    this.#rules = options.pod.aggregate!;
    this.#closed = closed;
    this.#retries = new DueQueue<PartialSet>(options.clock, (set) => this.#queue(set));
  }

  get isIdle(): boolean {
    return this.#open === 0 && this.#waiting.length === 0;
  }

  stop(): void {
    this.#retries.close();
    this.#waiting = [];
  }

  /** Every edge has its token, or the set is taken as it is. */
  close(set: PartialSet): void {
    const { pod } = this.#options;
    const messages = [...set.parts.values()].filter((part) => part.token.payload !== undefined);
    const isWhole = messages.length === pod.ingress.length;
    if (messages.length === 0 || (!isWhole && this.#rules.onMissing === "propagate")) {
      this.#tombstone(set, set.parts.size < pod.ingress.length ? "expired" : worstReason(set));
      return;
    }
    const recovered = messages.find((part) => part.isRecovered);
    const attempt = Math.max(...messages.map((part) => part.attempt));
    if (attempt > pod.retry.attempts)
      this.#bury(set, "poison", new Error("The process ended each time this set was tried."));
    else if (recovered === undefined) this.#queue(set);
    else this.#options.suspects.admit(recovered, () => this.#queue(set));
  }

  /** The time is up and some edges have brought nothing. */
  expire(set: PartialSet, notes: readonly Note[] = []): void {
    const { pod, network } = this.#options;
    set.notes = notes;
    if (this.#rules.onTimeout === "partial") {
      this.close(set);
      return;
    }
    const hasMessage = [...set.parts.values()].some((part) => part.token.payload !== undefined);
    if (this.#rules.onTimeout === "drop" || !hasMessage) {
      this.#tombstone(set, "expired");
      return;
    }
    const from = pod.ingress
      .filter((edge) => !set.parts.has(edge))
      .map((edge) => network.pods[network.edges[edge]!.from]!.id);
    this.#bury(set, "expired", new Error(`Nothing came from ${from.join(", ")} in time.`));
  }

  /** For a message that can be no part of any set. */
  refuse(delivery: Delivery, reason: keyof typeof refusals, notes: readonly Note[] = []): void {
    const { network, pod, clock, stats, log } = this.#options;
    const error = new Error(refusals[reason]);
    stats.dead++;
    log.error(`${pod.id} cannot use a message: ${error.message}`, { reason, id: idOf(delivery.token) });
    const death = { reason, error, attempts: delivery.attempt, time: clock.now() };
    delivery.commit({ outputs: [], notes, dead: deadLetterOf(network, pod, [delivery.token], death) });
  }

  #queue(set: PartialSet): void {
    if (this.#open < this.#options.pod.concurrency) this.#run(set);
    else this.#waiting.push(set);
  }

  #run(set: PartialSet): void {
    const { network, pod, caller } = this.#options;
    const { payloads, sources, missing } = partialsOf(network, pod, set);
    const parent = parentOf(pod, set);
    this.#open++;
    const subject: CallSubject = {
      id: `${parent.correlationId}/${pod.id}`,
      correlationId: parent.correlationId,
      attempt: set.attempt,
      traceparent: parent.headers?.traceparent,
      sources,
      missing,
    };
    const outcome = caller.call({ payload: payloads }, subject);
    if (outcome instanceof Promise) outcome.then((settled) => this.#settle(set, settled, subject));
    else this.#settle(set, outcome, subject);
  }

  #settle(set: PartialSet, outcome: Outcome<unknown>, subject: CallSubject): void {
    const { pod, line, random, clock, stats, log } = this.#options;
    failpoint("after-hook", pod.id);
    this.#open--;
    const judgement = judge(outcome, { pod, line, attempt: set.attempt, random });
    switch (judgement.next) {
      case "send": {
        const content = { payload: judgement.payload, reason: undefined };
        const parent = inTrace(parentOf(pod, set), subject.span);
        const now = clock.now();
        stats.sent += pod.egress.length;
        const outputs = pod.egress.map((edge) => outcomeOf(parent, edge, content, now));
        this.#commit(set, { outputs, passage: passageOf("sent", now, subject) });
        break;
      }
      case "suppress":
        this.#tombstone(set, "suppressed", subject);
        break;
      case "retry":
        stats.retries++;
        log.warn(`${pod.id} failed and tries again: ${messageOf(judgement.error)}`, { attempt: set.attempt });
        line.remark?.(attemptOf(pod, subject, judgement));
        set.attempt++;
        this.#retries.add(set, clock.now() + judgement.delayMs);
        break;
      case "bury":
        this.#bury(set, judgement.reason, judgement.error, subject);
        break;
      case "leave":
        break;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) this.#queue(next);
  }

  #tombstone(set: PartialSet, reason: TombstoneReason, subject?: CallSubject): void {
    const passage = passageOf(reason, this.#options.clock.now(), subject);
    this.#commit(set, { outputs: this.#tombstones(set, reason), passage });
  }

  #bury(set: PartialSet, reason: DeadReason, error: unknown, subject?: CallSubject): void {
    const { network, pod, clock, stats, log } = this.#options;
    const tokens = set.inOrder().map((part) => part.token);
    stats.dead++;
    log.error(`${pod.id} gave up on a set: ${messageOf(error)}`, { reason, set: set.key, attempts: set.attempt });
    const dead = deadLetterOf(network, pod, tokens, { reason, error, attempts: set.attempt, time: clock.now() });
    const tombstone = reason === "expired" || reason === "rejected" ? reason : "failed";
    const passage = passageOf(tombstone, clock.now(), subject);
    this.#commit(set, { outputs: this.#tombstones(set, tombstone), dead, passage });
  }

  #tombstones(set: PartialSet, reason: TombstoneReason): Step["outputs"] {
    const { network, pod, clock, stats } = this.#options;
    const parent = parentOf(pod, set);
    const awaited = pod.egress.filter((edge) => parent.reply !== undefined || network.edges[edge]!.needsTombstones);
    stats.tombstonesOut += awaited.length;
    return awaited.map((edge) => {
      const { keyPointers } = network.edges[edge]!;
      const found = parent.payload === undefined ? parent.keys : keysIn(parent.payload.take(), keyPointers);
      return outcomeOf(parent, edge, { payload: undefined, reason, keys: found }, clock.now());
    });
  }

  #commit(set: PartialSet, step: Step): void {
    const [first, ...also] = set.inOrder() as [Delivery, ...Delivery[]];
    failpoint("before-close", this.#options.pod.id);
    const notes = [...this.#memoryOf(set), ...set.notes];
    first.commit({ ...step, also, notes }, (error) => {
      if (error === undefined) this.#closed(set);
    });
  }

  /**
   * A closed set is remembered where a token could still come for it: one that was incomplete, one known by a key that
   * others may use again, and every one where the engine may deliver again what was acknowledged.
   */
  #memoryOf(set: PartialSet): Note[] {
    const { pod, clock, isAtomic } = this.#options;
    const by = this.#rules.correlate.by;
    const isWhole = set.parts.size === pod.ingress.length;
    if (by === "zip" || (isAtomic && isWhole && by === "origin")) return [];
    const ids = [...set.parts.values()].map((part) => idOf(part.token));
    return [
      {
        pod: pod.index,
        name: closedName(set.key),
        value: JSON.stringify(ids),
        until: clock.now() + this.#rules.lateWindowMs,
      },
    ];
  }
}

export function closedName(key: string): string {
  return `closed/${key}`;
}
