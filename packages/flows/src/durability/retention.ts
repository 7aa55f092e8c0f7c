import { RunEvents } from "../events/run-events.ts";
import { cachedStatements, type Statement } from "../sqlite/index.ts";
import type { Journal } from "./journal.ts";
import { firstIdAt } from "./run-id.ts";
import type { Pruned, Retention } from "./store.ts";

const dayMs = 86_400_000;
const defaultRuns = 10_000;
const defaultDays = 30;
const defaultFailedDays = 90;
/** What belongs to no run: triggers that fired, projects that changed. */
const eventsWithoutRun = 50_000;
/** What one transaction takes out or gives back: the event loop stands still that long. */
const runsAtOnce = 100;
const rowsAtOnce = 5_000;
const pagesAtOnce = 500;

const ended = { good: "('completed', 'cancelled')", failed: "('failed')" };

/** Takes out what nobody wants to look at any more, and gives the space back. */
export class Pruner {
  readonly #journal: Journal;
  readonly #sql: (text: string) => Statement;
  readonly #runEvents: RunEvents;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#sql = cachedStatements(journal.database);
    this.#runEvents = new RunEvents(journal.database);
  }

  async prune(retention: Retention = {}): Promise<Pruned> {
    let runs = 0;
    for (const flow of this.#flows()) {
      const { days = retention.days ?? defaultDays, runs: most = retention.runs ?? defaultRuns } =
        retention.flows?.[flow] ?? {};
      const failedDays = Math.max(days, retention.failedDays ?? defaultFailedDays);
      runs += await this.#pruneRuns(flow, "good", { days, most });
      runs += await this.#pruneRuns(flow, "failed", { days: failedDays, most });
    }
    await this.#pruneRest(retention.days ?? defaultDays);
    await this.#giveSpaceBack();
    return { runs };
  }

  /** Each name is found by one look into the index, however many runs it has. */
  #flows(): string[] {
    const names: string[] = [];
    const next = this.#sql("SELECT min(flow) AS flow FROM runs WHERE flow > ?");
    for (let name = next.get("")?.flow; typeof name === "string"; name = next.get(name)?.flow) names.push(name);
    return names;
  }

  async #pruneRuns(flow: string, kind: keyof typeof ended, rule: { days: number; most: number }): Promise<number> {
    const oldest = this.#journal.clock.now() - rule.days * dayMs;
    const surplus = this.#sql(
      `SELECT id FROM runs WHERE flow = ? AND status IN ${ended[kind]} ORDER BY id DESC LIMIT 1 OFFSET ?`,
    ).get(flow, Math.max(0, rule.most));
    const select = this.#sql(
      `SELECT id FROM runs WHERE flow = ?1 AND status IN ${ended[kind]} AND (id <= ?2 OR (id < ?3 AND ended_at < ?4))
       ORDER BY id LIMIT ${runsAtOnce}`,
    );
    for (let count = 0; ; ) {
      const removed = await this.#journal.transact(() => {
        this.#runEvents.catchUp();
        const rows = select.all(flow, (surplus?.id as string) ?? "", firstIdAt(oldest), oldest);
        return this.#remove(rows.map((row) => row.id as string));
      });
      count += removed;
      if (removed === 0) return count;
    }
  }

  /** Takes out the first of these runs, as many as their rows allow. @returns how many */
  #remove(ids: readonly string[]): number {
    let rows = 0;
    for (const [index, id] of ids.entries()) {
      for (const table of ["steps", "waits", "signals"]) {
        rows += Number(this.#sql(`DELETE FROM ${table} WHERE run_id = ?`).run(id).changes);
      }
      rows += this.#runEvents.remove(id);
      this.#sql("DELETE FROM runs WHERE id = ?").run(id);
      if (rows >= rowsAtOnce) return index + 1;
    }
    return ids.length;
  }

  async #pruneRest(days: number): Promise<void> {
    const now = this.#journal.clock.now();
    await this.#journal.transact(() => {
      this.#sql(
        "DELETE FROM definitions WHERE NOT EXISTS (SELECT 1 FROM runs WHERE definition = definitions.hash)",
      ).run();
      this.#sql("DELETE FROM state WHERE expires_at <= ?").run(now);
      this.#runEvents.catchUp();
      this.#runEvents.removeOthers({ before: now - days * dayMs, most: eventsWithoutRun });
    });
  }

  async #giveSpaceBack(): Promise<void> {
    const { database, writer } = this.#journal;
    for (let free = this.#freePages(); free > 0; ) {
      await writer.write(() => database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`));
      const left = this.#freePages();
      if (left >= free) break;
      free = left;
    }
    // Another process that reads or writes just now keeps the log file as long as it is; the next time will do.
    this.#sql("PRAGMA wal_checkpoint(TRUNCATE)").all();
  }

  #freePages(): number {
    return Number(this.#sql("PRAGMA freelist_count").get()?.freelist_count ?? 0);
  }
}
