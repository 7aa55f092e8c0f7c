import type { Token } from "../../envelope/token.ts";
import { writeOther, writePassage } from "../../history/entry.ts";
import type { Passage } from "../../history/passage.ts";
import type { NewDeadLetter } from "../dead-letter.ts";
import type { InjectOptions, Step, StepDone } from "../transport.ts";
import type { Change } from "./commit-queue.ts";
import type { HistoryWriter } from "./history-writer.ts";
import type { SeenIds } from "./seen-ids.ts";
import type { SqliteDelivery } from "./sqlite-delivery.ts";
import type { Tables } from "./tables.ts";

/** What the changes of a line write through, and whom they tell. */
export interface ChangeDesk {
  readonly tables: Tables;
  readonly seen: SeenIds;
  readonly history: HistoryWriter;
  now(): number;
  nextSeq(): number;
  nextOutput(pod: number): number;
  /** The inputs are gone for good. */
  settle(deliveries: readonly SqliteDelivery[]): void;
  arrived(token: Token, seq: number, arrivedAt: number): void;
  /** Nothing became durable: the delivery has to come again. */
  failed(delivery: SqliteDelivery): void;
}

const pruneEvery = 256;

/** Outputs inserted, inputs deleted, ids kept: one step. */
export class StepChange implements Change {
  readonly #desk: ChangeDesk;
  readonly #delivery: SqliteDelivery;
  readonly #step: Step;
  readonly #done: StepDone | undefined;
  readonly #seqs: number[];
  readonly #arrivedAt: number;
  readonly #output: number;
  #isFresh: boolean[] = [];

  constructor(desk: ChangeDesk, delivery: SqliteDelivery, step: Step, done: StepDone | undefined) {
    this.#desk = desk;
    this.#delivery = delivery;
    this.#step = step;
    this.#done = done;
    this.#arrivedAt = desk.now();
    this.#seqs = step.outputs.map(() => desk.nextSeq());
    this.#output = step.record === undefined ? 0 : desk.nextOutput(step.record.pod);
  }

  apply(): void {
    const { tables } = this.#desk;
    const { also, record, dead, notes } = this.#step;
    this.#isFresh = [];
    if (!tables.deleteToken(this.#delivery.seq)) return;
    if (also !== undefined) for (const other of also) tables.deleteToken(other.seq);
    this.#send();
    this.#rememberInputs();
    if (record !== undefined) this.#record(record);
    if (dead !== undefined) this.#bury(dead);
    if (notes !== undefined) for (const note of notes) tables.setNote(note);
  }

  #send(): void {
    const { tables, seen, history } = this.#desk;
    const { outputs, passage } = this.#step;
    if (outputs.length === 0) return;
    const entry = passage === undefined ? null : history.next();
    for (let index = 0; index < outputs.length; index++) {
      const token = outputs[index]!;
      const isFresh = seen.add(tables.net, token.correlationId, token.edge, entry);
      if (isFresh) tables.insertToken(token, this.#seqs[index]!, this.#arrivedAt);
      this.#isFresh.push(isFresh);
    }
    if (passage === undefined || !this.#isFresh.includes(true)) return;
    history.add(writePassage(tables.receiverOf(this.#delivery.token, outputs[0]!.correlationId), passage));
  }

  /** An input is remembered where no output of its own correlation id tells of the step. */
  #rememberInputs(): void {
    const { passage, outputs, also } = this.#step;
    if (passage === undefined) return;
    const into = outputs[0]?.correlationId;
    this.#rememberInput(this.#delivery.token, passage, into);
    if (also !== undefined) for (const { token } of also) this.#rememberInput(token, passage, into);
  }

  #rememberInput(token: Token, passage: Passage, into: string | undefined): void {
    const { correlationId } = token;
    if (correlationId === into) return;
    const { tables, seen, history } = this.#desk;
    if (!seen.add(tables.net, correlationId, endOf(token.edge), history.next())) return;
    history.add(writePassage(tables.receiverOf(token, correlationId), passage, into));
  }

  #bury(letter: NewDeadLetter): void {
    const { tables, history } = this.#desk;
    const id = tables.insertDead(letter);
    const { pod, reason, error, attempts, time } = letter;
    const data = { letter: id, reason, attempts, ...(error === undefined ? {} : { error }) };
    const at = { net: tables.net, pod, message: this.#delivery.token.correlationId };
    history.add(writeOther(at, time, { type: "message-dead", data }));
    if (this.#delivery.seq % pruneEvery === 0) tables.pruneDead();
  }

  settled(error: unknown): void {
    if (error !== undefined) {
      this.#desk.failed(this.#delivery);
      this.#done?.(error);
      return;
    }
    const also = (this.#step.also ?? none) as readonly SqliteDelivery[];
    this.#desk.settle(also.length === 0 ? [this.#delivery] : [this.#delivery, ...also]);
    this.#step.outputs.forEach((token, index) => {
      if (this.#isFresh[index]) this.#desk.arrived(token, this.#seqs[index]!, this.#arrivedAt);
    });
    this.#done?.(undefined);
  }

  #record(record: { readonly pod: number; readonly keep: number }): void {
    const { tables } = this.#desk;
    tables.insertOutput(record.pod, this.#output, this.#delivery.token);
    if (this.#output % pruneEvery === 0) tables.pruneOutputs(record.pod, this.#output - record.keep);
  }
}

const none: readonly SqliteDelivery[] = [];

/** The row beside that of an edge: what took the token and put none on its way. */
export function endOf(edge: number): number {
  return -edge - 1;
}

/** Tokens that enter the network, with what must be remembered of them. */
export class InjectChange implements Change {
  readonly #desk: ChangeDesk;
  readonly #tokens: readonly Token[];
  readonly #extra: InjectOptions;
  readonly #done: (error: unknown, result: "new" | "duplicate") => void;
  readonly #seqs: number[];
  readonly #arrivedAt: number;
  #fresh: { token: Token; seq: number }[] = [];
  #isKnown = false;

  constructor(
    desk: ChangeDesk,
    tokens: readonly Token[],
    extra: InjectOptions,
    done: (error: unknown, result: "new" | "duplicate") => void,
  ) {
    this.#desk = desk;
    this.#tokens = tokens;
    this.#extra = extra;
    this.#done = done;
    this.#arrivedAt = desk.now();
    this.#seqs = tokens.map(() => desk.nextSeq());
  }

  apply(): void {
    const { tables, seen, history } = this.#desk;
    const { receipt, notes, passage } = this.#extra;
    const entry = passage === undefined ? null : history.next();
    this.#fresh = [];
    this.#isKnown = receipt !== undefined && tables.receipt(receipt.pod, receipt.key, this.#arrivedAt) !== undefined;
    if (this.#isKnown) return;
    this.#tokens.forEach((token, index) => {
      if (!seen.add(tables.net, token.correlationId, token.edge, entry)) return;
      const seq = this.#seqs[index]!;
      tables.insertToken(token, seq, this.#arrivedAt);
      this.#fresh.push({ token, seq });
    });
    this.#isKnown = this.#tokens.length > 0 && this.#fresh.length === 0;
    if (this.#isKnown) return;
    const [first] = this.#tokens;
    if (passage !== undefined && first !== undefined) history.add(writePassage(tables.senderOf(first), passage));
    if (receipt !== undefined) tables.setReceipt(receipt);
    if (notes !== undefined) for (const note of notes) tables.setNote(note);
  }

  settled(error: unknown): void {
    if (error === undefined) for (const { token, seq } of this.#fresh) this.#desk.arrived(token, seq, this.#arrivedAt);
    this.#done(error, this.#isKnown ? "duplicate" : "new");
  }
}
