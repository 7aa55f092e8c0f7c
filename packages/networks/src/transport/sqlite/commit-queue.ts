import { type Database, GroupWriter } from "@pawl/flows/sqlite";
import { failpoint } from "../../delivery/failpoint.ts";
import type { Turns } from "../turns.ts";
import { HistoryWriter } from "./history-writer.ts";

/** Something that changes the database, and what follows once the change is durable. */
export interface Change {
  /** Runs inside a transaction, perhaps more than once. */
  apply(): void;
  settled(error: unknown): void;
}

/**
 * Everything that is asked for within one turn of the event loop becomes one transaction. When it fails, each change is
 * tried alone, so that only the one at fault suffers.
 */
export class CommitQueue {
  readonly writer: GroupWriter;
  /** What changes tell of what they do, durable with it. */
  readonly history: HistoryWriter;
  readonly #turns: Turns;
  readonly #afterCommit: () => void;
  #pending: Change[] = [];
  #error: unknown;

  constructor(database: Database, turns: Turns, afterCommit: () => void) {
    this.writer = new GroupWriter(database);
    this.history = new HistoryWriter(database);
    this.#turns = turns;
    this.#afterCommit = afterCommit;
  }

  /** Why the last commit failed; nothing once one succeeds. */
  get error(): unknown {
    return this.#error;
  }

  add(change: Change): void {
    this.#pending.push(change);
    if (this.#pending.length === 1) this.#schedule();
  }

  async flush(): Promise<void> {
    await this.writer.flush();
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  #schedule(): void {
    let batch: Change[] | undefined;
    const written = this.writer.write(() => {
      batch ??= this.#take();
      this.#apply(batch);
      failpoint("in-commit", "*");
    });
    written.then(
      () => this.#settle(batch!),
      (error: unknown) => this.#isolate(batch ?? this.#take(), error),
    );
  }

  #apply(batch: readonly Change[]): void {
    this.history.begin();
    for (const change of batch) change.apply();
    this.history.end();
  }

  #take(): Change[] {
    const batch = this.#pending;
    this.#pending = [];
    return batch;
  }

  #settle(batch: readonly Change[]): void {
    failpoint("after-commit", "*");
    this.#error = undefined;
    for (const change of batch) change.settled(undefined);
    this.#turns.run();
    this.#afterCommit();
  }

  #isolate(batch: readonly Change[], error: unknown): void {
    if (batch.length === 1) {
      this.#error = error;
      batch[0]!.settled(error);
      return;
    }
    for (const change of batch) {
      this.writer
        .write(() => this.#apply([change]))
        .then(
          () => this.#settle([change]),
          (reason: unknown) => this.#isolate([change], reason),
        );
    }
  }
}
