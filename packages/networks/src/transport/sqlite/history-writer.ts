import type { Database, Statement } from "@pawl/flows/sqlite";

/**
 * What became of messages, in the order in which it became durable: one row a transaction, however much happened in it.
 * Each entry has a number that never comes again, and the row that of its last one.
 */
export class HistoryWriter {
  readonly #last: Statement;
  readonly #insert: Statement;
  #base: number | undefined;
  #entries: string[] = [];

  constructor(database: Database) {
    this.#last = database.prepare("SELECT max(seq) AS seq FROM history");
    this.#insert = database.prepare("INSERT INTO history VALUES (?, ?)");
  }

  /** At the start of a transaction, which may be one that is tried again. */
  begin(): void {
    this.#base = undefined;
    if (this.#entries.length > 0) this.#entries = [];
  }

  /** The number of the entry that is added next. */
  next(): number {
    // Asked for inside the transaction, because other processes write into the same file.
    this.#base ??= Number(this.#last.get()!.seq ?? 0);
    return this.#base + this.#entries.length + 1;
  }

  add(entry: string): void {
    this.next();
    this.#entries.push(entry);
  }

  /** Before the transaction ends. */
  end(): void {
    if (this.#entries.length === 0) return;
    this.#insert.run(this.#base! + this.#entries.length, `[${this.#entries.join(",")}]`);
  }
}
