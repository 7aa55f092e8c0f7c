import type { Database, GroupWriter, Statement } from "@pawl/flows/sqlite";

const generationRows = 250_000;

/** What was told before the generation that is emptied had ended is forgotten with it, a little at a time. */
const turnState = `UPDATE seen_state SET younger = ?, since = ?, forgotten = mark,
  mark = (SELECT coalesce(max(seq), 0) FROM history) WHERE id = 1`;

/**
 * Every token id of the recent past with the number of the step that it came from, on disk, in two tables: when the
 * younger is full (or as old as the window), the older is emptied whole, which costs SQLite next to nothing, and the two
 * change places.
 */
export class SeenIds {
  readonly #database: Database;
  readonly #windowMs: number;
  #younger: "seen_a" | "seen_b";
  #since: number;
  #rows: number;
  #insert: Statement;
  #isTurning = false;

  constructor(database: Database, windowMs: number, now: number) {
    this.#database = database;
    this.#windowMs = windowMs;
    database.prepare("INSERT OR IGNORE INTO seen_state (id, younger, since) VALUES (1, 'seen_a', ?)").run(now);
    const state = database.prepare("SELECT younger, since FROM seen_state WHERE id = 1").get()!;
    this.#younger = state.younger === "seen_b" ? "seen_b" : "seen_a";
    this.#since = Number(state.since);
    this.#rows = Number(database.prepare(`SELECT count(*) AS rows FROM ${this.#younger}`).get()!.rows);
    this.#insert = this.#prepare();
  }

  /** Inside a transaction, with the number of what is remembered of how it came. @returns false when it was known */
  add(net: number, correlationId: string, edge: number, entry: number | null): boolean {
    const isNew = Number(this.#insert.run(net, correlationId, edge, entry).changes) > 0;
    if (isNew) this.#rows++;
    return isNew;
  }

  /** Changes the generations when it is time, in a transaction of the writer. */
  turnWhenDue(writer: GroupWriter, now: number): void {
    const isOld = this.#rows > 0 && now - this.#since >= this.#windowMs;
    if (this.#isTurning || (this.#rows < generationRows && !isOld)) return;
    this.#isTurning = true;
    const next = this.#older;
    const turned = writer.write((database) => {
      database.exec(`DELETE FROM ${next}`);
      database.prepare(turnState).run(next, now);
    });
    // What was added meanwhile is in the generation that is the older one now, where it is looked for too.
    turned
      .then(
        () => this.#turned(next, now),
        () => {},
      )
      .finally(() => {
        this.#isTurning = false;
      });
  }

  #turned(next: "seen_a" | "seen_b", now: number): void {
    this.#younger = next;
    this.#since = now;
    this.#rows = 0;
    this.#insert = this.#prepare();
  }

  get #older(): "seen_a" | "seen_b" {
    return this.#younger === "seen_a" ? "seen_b" : "seen_a";
  }

  #prepare(): Statement {
    return this.#database.prepare(
      `INSERT OR IGNORE INTO ${this.#younger} SELECT ?1, ?2, ?3, ?4
       WHERE NOT EXISTS (SELECT 1 FROM ${this.#older} WHERE net = ?1 AND corr = ?2 AND edge = ?3)`,
    );
  }
}
