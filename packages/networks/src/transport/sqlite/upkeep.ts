import type { GroupWriter } from "@pawl/flows/sqlite";
import type { Clock } from "@pawl/hooks/guard";
import type { SeenIds } from "./seen-ids.ts";

const everyMs = 5_000;
const pagesAtOnce = 2_000;
const rowsAtOnce = 5_000;

/** Keeps the file bounded: forgets what has expired and gives free pages back, a little after commits, never all at once. */
export class Upkeep {
  readonly #clock: Clock;
  #last: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = clock.now();
  }

  afterCommit(writer: GroupWriter, seen: SeenIds): void {
    const now = this.#clock.now();
    seen.turnWhenDue(writer, now);
    if (now - this.#last < everyMs) return;
    this.#last = now;
    writer.append((database) => {
      database.prepare(forgetNotes).run(now, rowsAtOnce);
      database.prepare(forgetReceipts).run(now, rowsAtOnce);
      database.prepare(forgetHistory).run(rowsAtOnce);
      database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    });
  }
}

const forgetNotes = `DELETE FROM notes WHERE (net, pod, name) IN
  (SELECT net, pod, name FROM notes WHERE until < ? LIMIT ?)`;
const forgetReceipts = `DELETE FROM receipts WHERE (net, pod, key) IN
  (SELECT net, pod, key FROM receipts WHERE until < ? LIMIT ?)`;
/** Never the newest row: the numbers go on from it. */
const forgetHistory = `DELETE FROM history WHERE seq IN
  (SELECT seq FROM history WHERE seq <= (SELECT forgotten FROM seen_state WHERE id = 1)
    AND seq < (SELECT max(seq) FROM history) ORDER BY seq LIMIT ?)`;
