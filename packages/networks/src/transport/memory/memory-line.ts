import type { Clock } from "@pawl/hooks/guard";
import { type Payload, ValuePayload } from "../../envelope/payload.ts";
import type { Token } from "../../envelope/token.ts";
import type { HistoryQuery, MessageHistory } from "../../history/message-history.ts";
import { recollect, type WaitingToken } from "../../history/recollect.ts";
import { type Told, tellStep } from "../../history/told.ts";
import { DueQueue } from "../../schedule/due-queue.ts";
import type { Network } from "../../topology/network.ts";
import type { DeadLetters } from "../dead-letter.ts";
import { IdWindow } from "../id-window.ts";
import { type Letter, Mailbox } from "../mailbox.ts";
import type {
  Backlog,
  ConsumeOptions,
  Consumer,
  Delivery,
  Injected,
  InjectOptions,
  Line,
  Outputs,
  Receipt,
  Step,
  StepDone,
} from "../transport.ts";
import { Turns } from "../turns.ts";
import { MemoryDeadLetters } from "./memory-dead-letters.ts";
import { MemoryNotes } from "./memory-notes.ts";
import { MemoryOutputs } from "./memory-outputs.ts";
import { MemoryPast } from "./memory-past.ts";

/** One network in memory. Everything is settled within the call that asks for it. */
export class MemoryLine implements Line {
  readonly network: Network;
  readonly deadLetters: DeadLetters;
  readonly #clock: Clock;
  readonly #turns = new Turns();
  readonly #delayed: DueQueue<() => void>;
  readonly #mailboxes: readonly Mailbox<MemoryDelivery>[];
  readonly #seen = new IdWindow();
  readonly #outputs = new MemoryOutputs();
  readonly #notes: MemoryNotes;
  readonly #dead = new MemoryDeadLetters();
  readonly #past = new MemoryPast();
  readonly #tell = (told: Told): void => this.#past.add(told);
  #seq = 0;
  #isClosed = false;

  constructor(network: Network, clock: Clock) {
    this.network = network;
    this.#clock = clock;
    this.#delayed = new DueQueue<() => void>(clock, (wake) => wake());
    this.#mailboxes = network.pods.map(() => new Mailbox<MemoryDelivery>(this.#turns, this.#delayed));
    this.#notes = new MemoryNotes(clock);
    this.deadLetters = this.#dead;
  }

  seal(value: object): Payload {
    return ValuePayload.of(value);
  }

  inject(tokens: readonly Token[], extra: InjectOptions = {}): Injected {
    if (extra.receipt !== undefined && this.#notes.receipt(extra.receipt) !== undefined) return "duplicate";
    let fresh = 0;
    for (const token of tokens) if (this.#accept(token)) fresh++;
    if (tokens.length > 0 && fresh === 0) return "duplicate";
    if (extra.receipt !== undefined) this.#notes.keepReceipt(extra.receipt);
    for (const note of extra.notes ?? []) this.#notes.set(note);
    const [first] = tokens;
    if (first !== undefined) tellStep(this.#tell, this.#senderOf(first), first, { outputs: tokens, ...extra });
    return "new";
  }

  consume(pod: number, options: ConsumeOptions, handler: (delivery: Delivery) => void): Consumer {
    return this.#mailboxes[pod]!.consume(options, handler);
  }

  backlog(pod: number): Backlog {
    return this.#mailboxes[pod]!.backlog;
  }

  note(pod: number, name: string): string | undefined {
    return this.#notes.get(pod, name);
  }

  async receipt(pod: number, key: string): Promise<Receipt | undefined> {
    return this.#notes.receipt({ pod, key });
  }

  async answer(receipt: Receipt): Promise<void> {
    this.#notes.keepReceipt(receipt);
  }

  async outputs(pod: number, page?: { readonly limit?: number; readonly after?: number }): Promise<Outputs> {
    return this.#outputs.page(pod, page);
  }

  async outputOf(pod: number, correlationId: string): Promise<string | undefined> {
    return this.#outputs.of(pod, correlationId);
  }

  async pending(correlationId: string): Promise<number> {
    return this.#mailboxes.reduce(
      (sum, mailbox) => sum + mailbox.count((d) => d.token.correlationId === correlationId),
      0,
    );
  }

  async recall(query: HistoryQuery): Promise<readonly MessageHistory[]> {
    const waiting = this.#mailboxes.flatMap((mailbox) =>
      [...mailbox.letters()].map((letter) => this.#waitingOf(letter)),
    );
    const deadLetters = (await this.#dead.list({ limit: Number.POSITIVE_INFINITY })).reverse();
    return recollect(this.network, { told: () => this.#past, waiting, deadLetters }, query);
  }

  status(): { isReady: boolean; reason: string | undefined } {
    return { isReady: !this.#isClosed, reason: this.#isClosed ? "closed" : undefined };
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#delayed.close();
  }

  /** @returns false when the delivery was settled before */
  commit(delivery: MemoryDelivery, step: Step): boolean {
    if (delivery.isSettled || this.#isClosed) return false;
    this.#settle(delivery);
    for (const other of step.also ?? []) this.#settle(other as MemoryDelivery);
    if (step.record !== undefined && delivery.token.payload !== undefined) {
      this.#outputs.add(step.record, delivery.token.correlationId, delivery.token.payload);
    }
    if (step.dead !== undefined) this.#dead.add(step.dead);
    for (const note of step.notes ?? []) this.#notes.set(note);
    for (const token of step.outputs) this.#accept(token);
    tellStep(this.#tell, this.#receiverOf(delivery.token), delivery.token, step);
    return true;
  }

  retry(delivery: MemoryDelivery, delayMs: number): void {
    if (delivery.isSettled || this.#isClosed) return;
    delivery.attempt++;
    this.#mailboxOf(delivery.token).putBack(delivery, this.#clock.now() + delayMs);
  }

  #settle(delivery: MemoryDelivery): void {
    if (delivery.isSettled) return;
    delivery.isSettled = true;
    this.#mailboxOf(delivery.token).settle(delivery);
  }

  /** @returns false when its id was known */
  #accept(token: Token): boolean {
    if (!this.#seen.add(token.correlationId, token.edge)) return false;
    const delivery = new MemoryDelivery(this, token, ++this.#seq, this.#clock.now());
    this.#mailboxOf(token).push(delivery);
    return true;
  }

  #senderOf(token: Token): string {
    return this.network.pods[this.network.edges[token.edge]!.from]!.id;
  }

  #receiverOf(token: Token): string {
    return this.network.pods[this.network.edges[token.edge]!.to]!.id;
  }

  #waitingOf({ token, arrivedAt, attempt }: MemoryDelivery): WaitingToken {
    const { correlationId, headers } = token;
    const pod = this.#receiverOf(token);
    return { correlationId, traceparent: headers?.traceparent, pod, since: arrivedAt, attempts: attempt - 1 };
  }

  #mailboxOf(token: Token): Mailbox<MemoryDelivery> {
    return this.#mailboxes[this.network.edges[token.edge]!.to]!;
  }
}

class MemoryDelivery implements Delivery {
  readonly token: Token;
  readonly seq: number;
  readonly arrivedAt: number;
  readonly isRecovered = false;
  readonly bytes: number;
  attempt = 1;
  isSettled = false;
  previous: Letter | undefined = undefined;
  next: Letter | undefined = undefined;
  readonly #line: MemoryLine;

  constructor(line: MemoryLine, token: Token, seq: number, arrivedAt: number) {
    this.#line = line;
    this.token = token;
    this.seq = seq;
    this.arrivedAt = arrivedAt;
    this.bytes = 200 + (token.payload?.bytes ?? 0);
  }

  begin(done: () => void): void {
    done();
  }

  commit(step: Step, done?: StepDone): void {
    if (this.#line.commit(this, step)) done?.(undefined);
  }

  retry(delayMs: number): void {
    this.#line.retry(this, delayMs);
  }
}
