import type { Token } from "../../envelope/token.ts";
import { writeOther, writePassage } from "../../history/entry.ts";
import type { Passage } from "../../history/passage.ts";
import type { NewDeadLetter } from "../dead-letter.ts";
import type { InjectOptions, Step, StepDone } from "../transport.ts";
import type { Change } from "./commit-queue.ts";
import { endOf, type SendDesk, SentTokens } from "./sent-tokens.ts";
import type { SqliteDelivery } from "./sqlite-delivery.ts";

/** What the changes of a line write through, and whom they tell. */
export interface ChangeDesk extends SendDesk {
  /** The inputs are gone for good. */
  settle(deliveries: readonly SqliteDelivery[]): void;
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
  readonly #sent: SentTokens;
  readonly #output: number;

  constructor(desk: ChangeDesk, delivery: SqliteDelivery, step: Step, done: StepDone | undefined) {
    this.#desk = desk;
    this.#delivery = delivery;
    this.#step = step;
    this.#done = done;
    this.#sent = new SentTokens(desk, step.outputs);
    this.#output = step.record === undefined ? 0 : desk.nextOutput(step.record.pod);
  }

  apply(): void {
    const { tables } = this.#desk;
    const { also, record, dead, notes } = this.#step;
    this.#sent.forget();
    if (!tables.deleteToken(this.#delivery.seq)) return;
    if (also !== undefined) for (const other of also) tables.deleteToken(other.seq);
    this.#send();
    this.#rememberInputs();
    if (record !== undefined) this.#record(record);
    if (dead !== undefined) this.#bury(dead);
    if (notes !== undefined) for (const note of notes) tables.setNote(note);
  }

  #send(): void {
    const { tables, history } = this.#desk;
    const { outputs, passage } = this.#step;
    if (outputs.length === 0) return;
    const isAnyFresh = this.#sent.insert(passage !== undefined);
    if (passage !== undefined && isAnyFresh)
      history.add(writePassage(tables.receiverOf(this.#delivery.token, outputs[0]!.correlationId), passage));
    this.#sent.keep();
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
    this.#sent.settled();
    this.#done?.(undefined);
  }

  #record(record: { readonly pod: number; readonly keep: number }): void {
    const { tables } = this.#desk;
    tables.insertOutput(record.pod, this.#output, this.#delivery.token);
    if (this.#output % pruneEvery === 0) tables.pruneOutputs(record.pod, this.#output - record.keep);
  }
}

const none: readonly SqliteDelivery[] = [];

/** Tokens that enter the network, with what must be remembered of them. */
export class InjectChange implements Change {
  readonly #desk: ChangeDesk;
  readonly #tokens: readonly Token[];
  readonly #extra: InjectOptions;
  readonly #done: (error: unknown, result: "new" | "duplicate") => void;
  readonly #sent: SentTokens;
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
    this.#sent = new SentTokens(desk, tokens);
  }

  apply(): void {
    const { tables, history } = this.#desk;
    const { receipt, notes, passage } = this.#extra;
    const { arrivedAt } = this.#sent;
    this.#sent.forget();
    this.#isKnown = receipt !== undefined && tables.receipt(receipt.pod, receipt.key, arrivedAt) !== undefined;
    if (this.#isKnown) return;
    const isAnyFresh = this.#sent.insert(passage !== undefined);
    this.#isKnown = this.#tokens.length > 0 && !isAnyFresh;
    if (this.#isKnown) return;
    const [first] = this.#tokens;
    if (passage !== undefined && first !== undefined) history.add(writePassage(tables.senderOf(first), passage));
    this.#sent.keep();
    if (receipt !== undefined) tables.setReceipt(receipt);
    if (notes !== undefined) for (const note of notes) tables.setNote(note);
  }

  settled(error: unknown): void {
    if (error === undefined) this.#sent.settled();
    this.#done(error, this.#isKnown ? "duplicate" : "new");
  }
}
