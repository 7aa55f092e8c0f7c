import type { Database } from "@pawl/flows/sqlite";
import type { Clock } from "@pawl/hooks/guard";
import { type Payload, TextPayload } from "../../envelope/payload.ts";
import type { Token } from "../../envelope/token.ts";
import { writeOther } from "../../history/entry.ts";
import type { HistoryQuery, MessageHistory } from "../../history/message-history.ts";
import { readHistoryIn } from "../../history/read-history.ts";
import { type EdgeEnds, type PodPassage, readPassages } from "../../history/read-passages.ts";
import { DueQueue } from "../../schedule/due-queue.ts";
import type { Network } from "../../topology/network.ts";
import type { DeadLetters } from "../dead-letter.ts";
import { Mailbox } from "../mailbox.ts";
import {
  type Backlog,
  type ConsumeOptions,
  type Consumer,
  type Delivery,
  type InjectOptions,
  type Line,
  type Note,
  type Outputs,
  type Receipt,
  type Remark,
  type Step,
  type StepDone,
  UnavailableError,
} from "../transport.ts";
import type { Turns } from "../turns.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { HistoryWriter } from "./history-writer.ts";
import type { SeenIds } from "./seen-ids.ts";
import type { Keeper } from "./sent-tokens.ts";
import { SqliteDeadLetters } from "./sqlite-dead-letters.ts";
import { type DeliveryDesk, SqliteDelivery } from "./sqlite-delivery.ts";
import { type ChangeDesk, InjectChange, StepChange } from "./step-change.ts";
import type { Tables } from "./tables.ts";
import { tokenOf } from "./token-row.ts";

export interface SqliteLineParts {
  readonly database: Database;
  readonly commits: CommitQueue;
  readonly seen: SeenIds;
  readonly turns: Turns;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly key: string;
  nextSeq(): number;
  closed(): void;
}

const failedDelayMs = 1_000;

/** One network in a SQLite file. What waits is held in memory too, and was durable before anybody saw it. */
export class SqliteLine implements Line, DeliveryDesk, ChangeDesk {
  readonly network: Network;
  readonly deadLetters: DeadLetters;
  readonly tables: Tables;
  readonly seen: SeenIds;
  readonly history: HistoryWriter;
  readonly #parts: SqliteLineParts;
  readonly #delayed: DueQueue<() => void>;
  readonly #mailboxes: readonly Mailbox<SqliteDelivery>[];
  /** Per sink, the number of its newest output. */
  readonly #lastOutputs: number[];
  readonly #podsWithNotes: Set<number>;
  readonly #ends: EdgeEnds;
  readonly #keepers: (Keeper | undefined)[] = [];
  #isClosed = false;

  constructor(network: Network, parts: SqliteLineParts) {
    this.network = network;
    this.#ends = network.edges.map((edge) => [network.pods[edge.from]!.id, network.pods[edge.to]!.id]);
    this.#parts = parts;
    this.tables = parts.tables;
    this.seen = parts.seen;
    this.history = parts.commits.history;
    this.#delayed = new DueQueue<() => void>(parts.clock, (wake) => wake());
    this.#mailboxes = network.pods.map(() => new Mailbox<SqliteDelivery>(parts.turns, this.#delayed));
    this.deadLetters = new SqliteDeadLetters(parts.database, parts.tables.net, parts.commits.writer);
    this.#lastOutputs = network.pods.map((pod) => parts.tables.lastOutput(pod.id));
    this.#podsWithNotes = new Set(network.pods.filter((pod) => parts.tables.hasNotes(pod.id)).map((pod) => pod.index));
    for (const row of parts.tables.tokens()) this.#recover(row);
  }

  get key(): string {
    return this.#parts.key;
  }

  async recall(query: HistoryQuery): Promise<readonly MessageHistory[]> {
    await this.flush();
    return readHistoryIn(this.#parts.database, query, this.network.name);
  }

  passages(correlationId: string): readonly PodPassage[] {
    const { database, tables } = this.#parts;
    return readPassages(database, tables.net, this.#ends, correlationId);
  }

  remark({ pod, message, ...told }: Remark): void {
    if (this.#isClosed) return;
    const { commits, tables } = this.#parts;
    const entry = writeOther({ net: tables.net, pod, message }, this.now(), told);
    commits.add({ apply: () => this.history.add(entry), settled: () => {} });
  }

  seal(value: object): Payload {
    return TextPayload.of(value);
  }

  inject(tokens: readonly Token[], extra: InjectOptions = {}): Promise<"new" | "duplicate"> {
    if (this.#isClosed) return Promise.reject(new UnavailableError("The network has stopped."));
    this.#rememberNotes(extra.notes);
    return new Promise((resolve, reject) => {
      const done = (error: unknown, result: "new" | "duplicate") =>
        error === undefined ? resolve(result) : reject(unavailable(error));
      this.#parts.commits.add(new InjectChange(this, tokens, extra, done));
    });
  }

  consume(pod: number, options: ConsumeOptions, handler: (delivery: Delivery) => void): Consumer {
    const consumer = this.#mailboxes[pod]!.consume(options, handler);
    if (options.keeps !== undefined) this.#keepers[pod] = { ...options.keeps, pod };
    return {
      close: () => {
        this.#keepers[pod] = undefined;
        consumer.close();
      },
    };
  }

  backlog(pod: number): Backlog {
    return this.#mailboxes[pod]!.backlog;
  }

  note(pod: number, name: string): string | undefined {
    return this.#podsWithNotes.has(pod) ? this.tables.note(pod, name, this.now()) : undefined;
  }

  async receipt(pod: number, key: string): Promise<Receipt | undefined> {
    return this.tables.receipt(pod, key, this.now());
  }

  async answer(receipt: Receipt): Promise<void> {
    await this.#parts.commits.writer.write(() => this.tables.setReceipt(receipt));
  }

  async outputs(pod: number, page: { readonly limit?: number; readonly after?: number } = {}): Promise<Outputs> {
    const { keep } = this.network.pods[pod]!;
    return this.tables.outputs(pod, { limit: page.limit ?? keep, after: page.after, keep });
  }

  async outputOf(pod: number, correlationId: string): Promise<string | undefined> {
    return this.tables.outputOf(pod, correlationId);
  }

  async pending(correlationId: string): Promise<number> {
    const matches = (delivery: SqliteDelivery) => delivery.token.correlationId === correlationId;
    return this.#mailboxes.reduce((sum, mailbox) => sum + mailbox.count(matches), 0);
  }

  status(): { isReady: boolean; reason: string | undefined } {
    const { error } = this.#parts.commits;
    if (this.#isClosed) return { isReady: false, reason: "closed" };
    if (error === undefined) return { isReady: true, reason: undefined };
    return { isReady: false, reason: `the database cannot be written: ${(error as Error).message}` };
  }

  async flush(): Promise<void> {
    await this.#parts.commits.flush();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#delayed.close();
    await this.flush();
    this.#parts.closed();
  }

  // What its deliveries ask of it.

  commit(delivery: SqliteDelivery, step: Step, done: StepDone | undefined): void {
    if (delivery.isSettled || this.#isClosed) return;
    this.#rememberNotes(step.notes);
    this.#parts.commits.add(new StepChange(this, delivery, step, done));
  }

  retry(delivery: SqliteDelivery, delayMs: number): void {
    if (delivery.isSettled || this.#isClosed) return;
    const due = this.now() + delayMs;
    const { attempt } = delivery;
    delivery.attempt++;
    this.#parts.commits.add({ apply: () => this.tables.setAttempts(delivery.seq, attempt, due), settled: () => {} });
    this.#mailboxOf(delivery.token).putBack(delivery, due);
  }

  begin(delivery: SqliteDelivery, done: () => void): void {
    this.#parts.commits.add({
      apply: () => this.tables.setAttempts(delivery.seq, delivery.attempt, 0),
      settled: (error) => (error === undefined ? done() : this.failed(delivery)),
    });
  }

  // What its changes ask of it.

  now(): number {
    return this.#parts.clock.now();
  }

  nextSeq(): number {
    return this.#parts.nextSeq();
  }

  nextOutput(pod: number): number {
    this.#lastOutputs[pod]!++;
    return this.#lastOutputs[pod]!;
  }

  /** A tombstone, a message that somebody waits for, and one that goes in a circle are looked at by their pod. */
  keeperOf({ edge, reason, reply, hop }: Token): Keeper | undefined {
    if (reason !== undefined || reply !== undefined || hop > this.network.pods.length) return undefined;
    return this.#keepers[this.network.edges[edge]!.to];
  }

  settle(deliveries: readonly SqliteDelivery[]): void {
    for (const delivery of deliveries) {
      if (delivery.isSettled) continue;
      delivery.isSettled = true;
      this.#mailboxOf(delivery.token).settle(delivery);
    }
  }

  arrived(token: Token, seq: number, arrivedAt: number): void {
    this.#mailboxOf(token).push(new SqliteDelivery(this, token, { seq, arrivedAt }));
  }

  failed(delivery: SqliteDelivery): void {
    if (!this.#isClosed) this.#mailboxOf(delivery.token).putBack(delivery, this.now() + failedDelayMs);
  }

  #recover(row: Record<string, unknown>): void {
    const attempt = Number(row.attempts) + 1;
    const at = { seq: Number(row.seq), arrivedAt: Number(row.arrived), attempt, isRecovered: true };
    const delivery = new SqliteDelivery(this, tokenOf(row), at);
    const mailbox = this.#mailboxOf(delivery.token);
    const due = Number(row.due);
    if (due > this.now()) mailbox.pushLater(delivery, due);
    else mailbox.push(delivery);
  }

  #rememberNotes(notes: readonly Note[] | undefined): void {
    if (notes !== undefined) for (const note of notes) this.#podsWithNotes.add(note.pod);
  }

  #mailboxOf(token: Token): Mailbox<SqliteDelivery> {
    return this.#mailboxes[this.network.edges[token.edge]!.to]!;
  }
}

function unavailable(error: unknown): UnavailableError {
  return new UnavailableError(`The database cannot be written: ${(error as Error).message}`);
}
