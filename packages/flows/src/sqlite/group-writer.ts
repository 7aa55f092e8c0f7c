import type { Database } from "./database.ts";

/** Something to do inside the next transaction. It may run twice, so it must do nothing but statements. */
export type WriteOperation<T> = (database: Database) => T;

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
  #queue: Pending[] = [];
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves with the result of `operation` once it is durable; rejects when it, and only it, failed. */
  write<T>(operation: WriteOperation<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("The database is closed."));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: operation, resolve: resolve as (value: never) => void, reject });
      this.#schedule();
    });
  }

  /** Joins the next transaction without waiting for it. */
  append(operation: WriteOperation<unknown>): void {
    this.write(operation).catch(() => {});
  }

  /** Resolves when everything written so far is durable. */
  async flush(): Promise<void> {
    if (this.#queue.length === 0 && !this.#scheduled) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
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
    this.#scheduled = false;
    for (const pending of outcome) pending.resolve(pending.value as never);
    if (this.#queue.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** After a failed BEGIN there is nothing to roll back; SQLite says so by throwing. */
  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {}
  }

  /** Runs the batch in one transaction. An operation that throws is rejected and the others are run again without it. */
  #transact(batch: Pending[]): Pending[] | "busy" {
    let rest = batch;
    for (;;) {
      let current: Pending | undefined;
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        for (current of rest) current.value = current.run(this.#database);
        current = undefined;
        this.#database.exec("COMMIT");
        return rest;
      } catch (error) {
        this.#rollBack();
        if (isBusy(error)) return "busy";
        if (current === undefined) {
          for (const pending of rest) pending.reject(error);
          return [];
        }
        const failed = current;
        failed.reject(error);
        rest = rest.filter((pending) => pending !== failed);
        if (rest.length === 0) return [];
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && (code & 0xff) === sqliteBusy;
}
