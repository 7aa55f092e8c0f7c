import { cachedStatements, type Database, type Statement } from "../sqlite/index.ts";
import type { Owner } from "./records.ts";

export interface StoredOwner extends Owner {
  /** When its heartbeat runs out, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Rows of owners, and of wishes: notes to a living owner that one of its runs has news from elsewhere. */
export class OwnerTable {
  readonly #sql: (text: string) => Statement;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
  }

  /** Nothing changes when it is there. */
  add(owner: Owner, expiresAt: number): void {
    this.#sql("INSERT OR IGNORE INTO owners VALUES (?, ?, ?, ?, ?)").run(
      owner.id,
      owner.pid,
      owner.startTime,
      owner.host,
      expiresAt,
    );
  }

  /** False when somebody has declared this owner dead. */
  renew(id: string, expiresAt: number): boolean {
    return Number(this.#sql("UPDATE owners SET expires_at = ? WHERE id = ?").run(expiresAt, id).changes) > 0;
  }

  get(id: string): StoredOwner | undefined {
    const row = this.#sql("SELECT * FROM owners WHERE id = ?").get(id);
    return row && toOwner(row);
  }

  all(): StoredOwner[] {
    return this.#sql("SELECT * FROM owners").all().map(toOwner);
  }

  remove(id: string): void {
    this.#sql("DELETE FROM owners WHERE id = ?").run(id);
    this.#sql("DELETE FROM wishes WHERE owner = ?").run(id);
    this.#sql("DELETE FROM leases WHERE owner = ?").run(id);
  }

  wish(owner: string, runId: string): void {
    this.#sql("INSERT OR IGNORE INTO wishes VALUES (?, ?)").run(owner, runId);
  }

  hasWishes(owner: string): boolean {
    return this.#sql("SELECT 1 FROM wishes WHERE owner = ? LIMIT 1").get(owner) !== undefined;
  }

  takeWishes(owner: string): string[] {
    return this.#sql("DELETE FROM wishes WHERE owner = ? RETURNING run_id")
      .all(owner)
      .map((row) => row.run_id as string);
  }
}

function toOwner(row: Record<string, unknown>): StoredOwner {
  return {
    id: row.id as string,
    pid: row.pid as number,
    startTime: row.start_time as string,
    host: row.host as string,
    expiresAt: row.expires_at as number,
  };
}
