import type { Database, Statement } from "@pawl/flows/sqlite";
import type { Token } from "../../envelope/token.ts";
import type { Part } from "../../history/entry.ts";
import type { Network } from "../../topology/network.ts";
import { type DeadLetter, deadLetterLimit, type NewDeadLetter } from "../dead-letter.ts";
import type { Note, Outputs, Receipt } from "../transport.ts";
import { headOf } from "./token-row.ts";

/** The statements of one network, prepared once. All are meant to be run inside a transaction of the group writer. */
export class Tables {
  readonly net: number;
  readonly #network: Network;
  readonly #insertToken: Statement;
  readonly #deleteToken: Statement;
  readonly #attempts: Statement;
  readonly #insertOutput: Statement;
  readonly #pruneOutputs: Statement;
  readonly #setNote: Statement;
  readonly #deleteNote: Statement;
  readonly #setReceipt: Statement;
  readonly #insertDead: Statement;
  readonly #pruneDead: Statement;
  readonly #database: Database;

  constructor(database: Database, network: Network, net: number) {
    this.net = net;
    this.#database = database;
    this.#network = network;
    this.#insertToken = database.prepare("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#deleteToken = database.prepare("DELETE FROM tokens WHERE seq = ?");
    this.#attempts = database.prepare("UPDATE tokens SET attempts = ?, due = ? WHERE seq = ?");
    this.#insertOutput = database.prepare("INSERT INTO outputs VALUES (?, ?, ?, ?, ?)");
    this.#pruneOutputs = database.prepare("DELETE FROM outputs WHERE net = ? AND pod = ? AND number <= ?");
    this.#setNote = database.prepare(
      "INSERT INTO notes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, until = excluded.until",
    );
    this.#deleteNote = database.prepare("DELETE FROM notes WHERE net = ? AND pod = ? AND name = ?");
    this.#setReceipt = database.prepare(
      "INSERT INTO receipts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET receipt = excluded.receipt",
    );
    this.#insertDead = database.prepare("INSERT INTO dead_letters (net, pod, letter) VALUES (?, ?, ?)");
    this.#pruneDead = database.prepare(
      "DELETE FROM dead_letters WHERE net = ?1 AND id <= (SELECT id FROM dead_letters WHERE net = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    );
  }

  insertToken(token: Token, seq: number, arrivedAt: number): void {
    const data = token.payload?.text() ?? null;
    this.#insertToken.run(seq, this.net, token.edge, token.correlationId, 0, 0, arrivedAt, headOf(token), data);
  }

  /** @returns false when it was gone */
  deleteToken(seq: number): boolean {
    return Number(this.#deleteToken.run(seq).changes) > 0;
  }

  /** Attempts that are used up, and when the next may begin. */
  setAttempts(seq: number, attempts: number, due: number): void {
    this.#attempts.run(attempts, due, seq);
  }

  insertOutput(pod: number, number: number, token: Token): void {
    this.#insertOutput.run(this.net, this.#podId(pod), number, token.correlationId, token.payload!.text());
  }

  pruneOutputs(pod: number, upTo: number): void {
    this.#pruneOutputs.run(this.net, this.#podId(pod), upTo);
  }

  setNote(note: Note): void {
    const pod = this.#podId(note.pod);
    if (note.value === undefined) this.#deleteNote.run(this.net, pod, note.name);
    else this.#setNote.run(this.net, pod, note.name, note.value, note.until ?? null);
  }

  setReceipt(receipt: Receipt): void {
    this.#setReceipt.run(this.net, this.#podId(receipt.pod), receipt.key, JSON.stringify(receipt), receipt.until);
  }

  /** @returns its number */
  insertDead(letter: NewDeadLetter): number {
    return Number(this.#insertDead.run(this.net, letter.pod, JSON.stringify(letter)).lastInsertRowid);
  }

  pruneDead(): void {
    this.#pruneDead.run(this.net, deadLetterLimit);
  }

  /** Waiting tokens in order of arrival. */
  tokens(): Record<string, unknown>[] {
    return this.#database.prepare("SELECT * FROM tokens WHERE net = ? ORDER BY seq").all(this.net);
  }

  note(pod: number, name: string, now: number): string | undefined {
    const row = this.#database
      .prepare("SELECT value FROM notes WHERE net = ? AND pod = ? AND name = ? AND (until IS NULL OR until >= ?)")
      .get(this.net, this.#podId(pod), name, now);
    return row === undefined ? undefined : String(row.value);
  }

  receipt(pod: number, key: string, now: number): Receipt | undefined {
    const row = this.#database
      .prepare("SELECT receipt FROM receipts WHERE net = ? AND pod = ? AND key = ? AND until >= ?")
      .get(this.net, this.#podId(pod), key, now);
    return row === undefined ? undefined : (JSON.parse(String(row.receipt)) as Receipt);
  }

  hasNotes(pod: string): boolean {
    return (
      this.#database.prepare("SELECT 1 FROM notes WHERE net = ? AND pod = ? LIMIT 1").get(this.net, pod) !== undefined
    );
  }

  lastOutput(pod: string): number {
    const row = this.#database.prepare("SELECT max(number) AS number FROM outputs WHERE net = ? AND pod = ?");
    return Number(row.get(this.net, pod)?.number ?? 0);
  }

  /** In order of arrival: those after a number, or the newest. */
  outputs(
    pod: number,
    page: { readonly limit: number; readonly after: number | undefined; readonly keep: number },
  ): Outputs {
    const id = this.#podId(pod);
    const count = this.lastOutput(id);
    const from = Math.max(count - page.keep, page.after ?? count - Math.min(page.limit, page.keep));
    const rows = this.#database
      .prepare("SELECT number, data FROM outputs WHERE net = ? AND pod = ? AND number > ? ORDER BY number LIMIT ?")
      .all(this.net, id, from, page.limit);
    return { count, results: rows.map((row) => ({ number: Number(row.number), text: String(row.data) })) };
  }

  outputOf(pod: number, correlationId: string): string | undefined {
    const row = this.#database
      .prepare("SELECT data FROM outputs WHERE net = ? AND pod = ? AND corr = ? ORDER BY number DESC LIMIT 1")
      .get(this.net, this.#podId(pod), correlationId);
    return row === undefined ? undefined : String(row.data);
  }

  /** The pod that a token came to, as part of a message. */
  receiverOf(token: Token, message: string): Part {
    return { net: this.net, pod: this.#podId(this.#network.edges[token.edge]!.to), message };
  }

  /** The pod that a token came from, as part of its own message. */
  senderOf(token: Token): Part {
    return { net: this.net, pod: this.#podId(this.#network.edges[token.edge]!.from), message: token.correlationId };
  }

  #podId(pod: number): string {
    return this.#network.pods[pod]!.id;
  }
}

export function deadLetterOfRow(row: Record<string, unknown>): DeadLetter {
  return { ...(JSON.parse(String(row.letter)) as NewDeadLetter), id: Number(row.id) };
}
