import type { Database } from "@pawl/flows/sqlite";
import type { DeadLetter, DeadLetters } from "../dead-letter.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { deadLetterOfRow } from "./tables.ts";

export class SqliteDeadLetters implements DeadLetters {
  readonly #database: Database;
  readonly #net: number;
  readonly #write: CommitQueue["writer"];

  constructor(database: Database, net: number, writer: CommitQueue["writer"]) {
    this.#database = database;
    this.#net = net;
    this.#write = writer;
  }

  async list(
    filter: { readonly pod?: string; readonly limit?: number; readonly before?: number } = {},
  ): Promise<DeadLetter[]> {
    const { pod = null, limit = 100, before = Number.MAX_SAFE_INTEGER } = filter;
    return this.#database
      .prepare(
        "SELECT id, letter FROM dead_letters WHERE net = ?1 AND id < ?2 AND (?3 IS NULL OR pod = ?3) ORDER BY id DESC LIMIT ?4",
      )
      .all(this.#net, before, pod, limit)
      .map(deadLetterOfRow);
  }

  async get(id: number): Promise<DeadLetter | undefined> {
    const row = this.#database
      .prepare("SELECT id, letter FROM dead_letters WHERE net = ? AND id = ?")
      .get(this.#net, id);
    return row === undefined ? undefined : deadLetterOfRow(row);
  }

  async remove(ids?: readonly number[]): Promise<number> {
    return this.#write.write((database) => {
      if (ids === undefined)
        return Number(database.prepare("DELETE FROM dead_letters WHERE net = ?").run(this.#net).changes);
      const one = database.prepare("DELETE FROM dead_letters WHERE net = ? AND id = ?");
      return ids.reduce((sum, id) => sum + Number(one.run(this.#net, id).changes), 0);
    });
  }

  async count(): Promise<number> {
    return Number(this.#database.prepare("SELECT count(*) AS n FROM dead_letters WHERE net = ?").get(this.#net)!.n);
  }
}
