import type { RunInterrupted } from "./durability.ts";
import type { Effects } from "./effects.ts";
import type { Journal } from "./journal.ts";
import type { RunRecord } from "./records.ts";
import type { RunState } from "./run-state.ts";

type Write<T> = (effects: Effects) => T;

const takenOver = Symbol("taken over");

/** What one start of a run writes: all of it is refused once another owner has the run. */
export class RunWrites {
  readonly #journal: Journal;
  readonly #record: RunRecord;
  readonly #onTakenOver: () => RunInterrupted;
  #kept: Write<void>[] = [];

  constructor(journal: Journal, record: RunRecord, onTakenOver: () => RunInterrupted) {
    this.#journal = journal;
    this.#record = record;
    this.#onTakenOver = onTakenOver;
  }

  /** Inside a transaction: whether the run is still ours. */
  holds(): boolean {
    const { id, starts } = this.#record;
    return this.#journal.tables.runs.isHeld(id, this.#journal.owner.id, starts);
  }

  /** Joins the run's next write, which has to follow at once: it saves a commit of its own. */
  keep(write: Write<void>): void {
    this.#kept.push(write);
  }

  /** @throws RunInterrupted when another owner has the run */
  write<T>(operation: Write<T>): Promise<T> {
    return this.#transact((effects, writeKept) => {
      if (!this.holds()) return takenOver;
      writeKept();
      return operation(effects);
    });
  }

  /** The same with the run's state at hand. */
  change<T>(operation: (state: RunState, effects: Effects) => T): Promise<T> {
    return this.#transact((effects, writeKept) => {
      const state = this.#journal.tables.runs.state(this.#record.id);
      if (state?.owner !== this.#journal.owner.id || state.starts !== this.#record.starts) return takenOver;
      writeKept();
      return operation(state, effects);
    });
  }

  async #transact<T>(operation: (effects: Effects, writeKept: () => void) => T | typeof takenOver): Promise<T> {
    const kept = this.#kept;
    this.#kept = [];
    const writeAll = (effects: Effects) => {
      for (const write of kept) write(effects);
    };
    let result: T | typeof takenOver;
    try {
      result = await this.#journal.transact((effects) => operation(effects, () => writeAll(effects)));
    } catch (error) {
      this.#kept = [...kept, ...this.#kept];
      throw error;
    }
    if (result !== takenOver) return result;
    throw this.#onTakenOver();
  }
}
