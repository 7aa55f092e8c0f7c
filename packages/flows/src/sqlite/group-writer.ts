import type { Database, Statement } from "./database.ts";

/** Something to do inside the next transaction. It may run twice, so it must do nothing but statements. */
export type WriteOperation<T> = (database: Database) => T;

export interface GroupWriterOptions {
  /** Milliseconds that what was appended waits for somebody else's transaction. Default: 50. */
  readonly appendDelayMs?: number;
  /** Told of an appended operation that failed: nobody waits for it. */
  readonly onAppendError?: (error: unknown) => void;
}

interface Pending {
  readonly run: WriteOperation<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  value?: unknown;
}

const sqliteBusy = 5;
const longestRetryMs = 20;

/**
 * One transaction per event-loop turn, however many ask for one: an fsync costs as much for 256 rows as for one.
 * A busy database is tried again without blocking the loop (SQLite's own busy timeout would block it).
 */
export class GroupWriter {
  readonly #database: Database;
  readonly #beginning: Statement;
  readonly #committing: Statement;
  readonly #appendDelayMs: number;
  readonly #onAppendError: (error: unknown) => void;
  #queue: Pending[] = [];
  #isScheduled = false;
  #isClosed = false;
  #appendTimer: NodeJS.Timeout | undefined;
  #commits = 0;
  #transaction = 0;
  #last: WriteOperation<void>[] = [];

  constructor(database: Database, options: GroupWriterOptions = {}) {
    this.#database = database;
    this.#beginning = database.prepare("BEGIN IMMEDIATE");
    this.#committing = database.prepare("COMMIT");
    this.#appendDelayMs = options.appendDelayMs ?? 50;
    this.#onAppendError = options.onAppendError ?? (() => {});
  }

  /** Transactions committed so far. */
  get commits(): number {
    return this.#commits;
  }

  /** Counts transactions, those that were rolled back too: what is done once in each can tell them apart. */
  get transaction(): number {
    return this.#transaction;
  }

  /** Inside a transaction: `operation` is its last, and forgotten when it is rolled back. */
  atEnd(operation: WriteOperation<void>): void {
    this.#last.push(operation);
  }

  /** Resolves with the result of `operation` once it is durable; rejects when it, and only it, failed. */
  write<T>(operation: WriteOperation<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new DatabaseClosedError("The database is closed."));
    return this.#enqueue(operation);
  }

  /** Joins the next transaction without asking for one of its own before `appendDelayMs`. */
  append(operation: WriteOperation<unknown>): void {
    if (this.#isClosed) return;
    this.#queue.push({ run: operation, resolve: () => {}, reject: this.#onAppendError });
    // One timer for many: it is left to run when a write takes along what it was set for.
    if (!this.#isScheduled) this.#appendTimer ??= setTimeout(() => this.#appendsAreDue(), this.#appendDelayMs);
  }

  /** Resolves when everything written and appended so far is durable. */
  async flush(): Promise<void> {
    if (this.#queue.length > 0 || this.#isScheduled) await this.#enqueue(() => undefined);
  }

  /** Refuses what comes from now on, and resolves when what came before is durable. The database stays open. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#appendTimer);
    return this.flush();
  }

  #enqueue<T>(operation: WriteOperation<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: operation, resolve: resolve as (value: never) => void, reject });
      this.#schedule();
    });
  }

  #appendsAreDue(): void {
    this.#appendTimer = undefined;
    if (this.#queue.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#commit());
  }

  #commit(): void {
    const batch = this.#queue;
    this.#queue = [];
    const outcome = this.#transact(batch);
    if (outcome === "busy") {
      this.#queue = [...batch, ...this.#queue];
      setTimeout(() => this.#commit(), 1 + Math.random() * longestRetryMs);
      return;
    }
    this.#isScheduled = false;
    for (const pending of outcome) pending.resolve(pending.value as never);
    if (this.#queue.length > 0) this.#schedule();
  }

  /** Runs the batch in one transaction. An operation that throws is rejected and the others are run again without it. */
  #transact(batch: Pending[]): Pending[] | "busy" {
    let rest = batch;
    while (rest.length > 0) {
      let current: Pending | undefined;
      try {
        this.#begin();
        for (current of rest) current.value = current.run(this.#database);
        current = undefined;
        for (const run of this.#last) run(this.#database);
        this.#committing.run();
        this.#commits++;
        return rest;
      } catch (error) {
        this.#rollBack();
        if (isBusy(error)) return "busy";
        const failed = current === undefined ? rest : [current];
        for (const pending of failed) pending.reject(error);
        rest = rest.filter((pending) => !failed.includes(pending));
      }
    }
    return rest;
  }

  #begin(): void {
    this.#transaction++;
    this.#last = [];
    this.#beginning.run();
  }

  /** After a failed BEGIN there is nothing to roll back; SQLite says so by throwing. */
  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {}
  }
}

/** Why a write was refused: the store was closed before. */
export class DatabaseClosedError extends Error {
  readonly code = "database-closed";
}

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && (code & 0xff) === sqliteBusy;
}
