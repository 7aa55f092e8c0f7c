import type { Json } from "../json.ts";
import { cachedStatements, type Statement } from "../sqlite/index.ts";
import type { Journal } from "./journal.ts";
import type { StateStore } from "./store.ts";

/** Small durable maps in SQLite. */
export class SqliteStateStore implements StateStore {
  readonly #journal: Journal;
  readonly #sql: (text: string) => Statement;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#sql = cachedStatements(journal.database);
  }

  async get(scope: string, key: string): Promise<Json | undefined> {
    const row = this.#sql(
      "SELECT value FROM state WHERE scope = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
    ).get(scope, key, this.#journal.clock.now());
    return row && (JSON.parse(row.value as string) as Json);
  }

  async set(scope: string, key: string, value: Json, options: { readonly expiresAt?: number } = {}): Promise<void> {
    const text = JSON.stringify(value);
    await this.#journal.transact(() => {
      this.#sql("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)").run(scope, key, text, options.expiresAt ?? null);
    });
  }

  async delete(scope: string, key: string): Promise<void> {
    await this.#journal.transact(() => {
      this.#sql("DELETE FROM state WHERE scope = ? AND key = ?").run(scope, key);
    });
  }
}
