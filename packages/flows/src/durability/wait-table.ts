import type { Json } from "../json.ts";
import { cachedStatements, type Database, type Statement } from "../sqlite/index.ts";

/** A sleep (no name) or a wait for a signal. */
export interface StoredWait {
  readonly id: string;
  readonly name: string | undefined;
  /** Milliseconds since 1970. */
  readonly until: number | undefined;
  readonly createdAt: number;
  readonly done: boolean;
  /** Absent when its time came before a signal. */
  readonly value: Json | undefined;
}

/** Rows of waits, and of signals that nobody has taken yet. */
export class WaitTable {
  readonly #sql: (text: string) => Statement;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
  }

  save(runId: string, wait: StoredWait): void {
    this.#sql("INSERT OR REPLACE INTO waits VALUES (?, ?, ?, ?, ?, ?, ?)").run(
      runId,
      wait.id,
      wait.name ?? null,
      wait.until ?? null,
      wait.createdAt,
      wait.done ? 1 : 0,
      wait.value === undefined ? null : JSON.stringify(wait.value),
    );
  }

  ofRun(runId: string): StoredWait[] {
    return this.#sql("SELECT * FROM waits WHERE run_id = ? ORDER BY created_at").all(runId).map(toWait);
  }

  send(runId: string, name: string, value: Json): void {
    this.#sql("INSERT INTO signals (run_id, name, value) VALUES (?, ?, ?)").run(runId, name, JSON.stringify(value));
  }

  /** Takes the oldest signal of that name out. */
  take(runId: string, name: string): { readonly value: Json } | undefined {
    const row = this.#sql(
      `DELETE FROM signals WHERE seq = (SELECT seq FROM signals WHERE run_id = ? AND name = ? ORDER BY seq LIMIT 1)
       RETURNING value`,
    ).get(runId, name);
    return row && { value: JSON.parse(row.value as string) as Json };
  }

  hasSignal(runId: string, name: string): boolean {
    return this.#sql("SELECT 1 FROM signals WHERE run_id = ? AND name = ? LIMIT 1").get(runId, name) !== undefined;
  }

  /** Whether a signal is there that an open wait of this run wants. */
  hasAwaitedSignal(runId: string): boolean {
    return (
      this.#sql(
        `SELECT 1 FROM waits w JOIN signals s ON s.run_id = w.run_id AND s.name = w.name
         WHERE w.run_id = ? AND w.done = 0 LIMIT 1`,
      ).get(runId) !== undefined
    );
  }

  /** When the first open wait ends by itself. */
  nextEnd(runId: string): number | null {
    const row = this.#sql("SELECT min(until) AS next FROM waits WHERE run_id = ? AND done = 0").get(runId);
    return (row?.next as number | null) ?? null;
  }

  clear(runId: string): void {
    this.#sql("DELETE FROM waits WHERE run_id = ?").run(runId);
    this.#sql("DELETE FROM signals WHERE run_id = ?").run(runId);
  }
}

function toWait(row: Record<string, unknown>): StoredWait {
  return {
    id: row.id as string,
    name: (row.name as string | null) ?? undefined,
    until: (row.until as number | null) ?? undefined,
    createdAt: row.created_at as number,
    done: row.done === 1,
    value: row.value === null ? undefined : (JSON.parse(row.value as string) as Json),
  };
}
