import { cachedStatements, type Database, type Statement } from "../sqlite/index.ts";
import type { EventType } from "./event-types.ts";

export interface EventPage {
  readonly after: number;
  readonly limit: number;
  readonly types: readonly EventType[] | undefined;
  /** The newest instead of the oldest: they come first. */
  readonly isLatest: boolean;
}

type Row = Record<string, unknown>;

/** So many rows are looked through for those of one run before they are put into the index. */
const rowsBetweenCatchUps = 256;

/**
 * Which events a run has. The index is brought up to date for some hundred events at once: with each of them it would
 * cost every commit a page more. What came since is looked through.
 */
export class RunEvents {
  readonly #sql: (text: string) => Statement;
  /** Rows since the end of the index, as far as this process knows; nothing until it has stored some. */
  #since: number | undefined;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
  }

  /** Inside a transaction: so many were stored. Processes that store a few each go on where the last one left off. */
  stored(count: number): void {
    this.#since = this.#since === undefined ? this.#behind() : this.#since + count;
    if (this.#since >= rowsBetweenCatchUps) this.catchUp();
  }

  /** Inside a transaction: brings the index up to date. */
  catchUp(): void {
    this.#since = 0;
    this.#sql(`INSERT OR IGNORE INTO run_events SELECT coalesce(run_id, ''), seq FROM events
      WHERE seq > (SELECT seq FROM run_events_until) ORDER BY 1, 2`).run();
    this.#sql("UPDATE run_events_until SET seq = coalesce((SELECT max(seq) FROM events), seq)").run();
  }

  /** Whatever the index has learnt since its end was read, each event is found once: by the index up to there, or after it. */
  read(runId: string, page: EventPage): Row[] {
    const until = this.#until();
    const parts = [this.#indexed, this.#later];
    const rows: Row[] = [];
    for (const part of page.isLatest ? parts.reverse() : parts) {
      const limit = page.limit - rows.length;
      if (limit > 0) rows.push(...part.call(this, runId, until, { ...page, limit }));
    }
    return rows;
  }

  /** What is stored of a run's lines and progress. */
  count(runId: string): { events: number; text: number } {
    const until = this.#until();
    const row = this.#sql(
      `SELECT count(*) AS events, total(length(data)) AS text FROM (
         SELECT type, data FROM run_events r CROSS JOIN events e ON e.seq = r.seq
         WHERE r.run_id = ?1 AND r.seq <= ?2
         UNION ALL SELECT type, data FROM events WHERE seq > ?2 AND run_id = ?1
       ) WHERE type IN ('log', 'stdout', 'stderr', 'step-progress')`,
    ).get(runId, until);
    return { events: Number(row?.events ?? 0), text: Number(row?.text ?? 0) };
  }

  /** Inside a transaction, and up to date. @returns how many */
  remove(runId: string): number {
    const remove = this.#sql("DELETE FROM events WHERE seq IN (SELECT seq FROM run_events WHERE run_id = ?)");
    return Number(remove.run(runId).changes);
  }

  /** Inside a transaction, and up to date: of what belongs to no run, what is older, and what is more. */
  removeOthers({ before, most }: { readonly before: number; readonly most: number }): void {
    this.#sql(
      `DELETE FROM events WHERE seq IN (SELECT seq FROM run_events WHERE run_id = '') AND (time < ?1 OR seq <=
       (SELECT seq FROM run_events WHERE run_id = '' ORDER BY seq DESC LIMIT 1 OFFSET ?2))`,
    ).run(before, most);
  }

  #behind(): number {
    const row = this.#sql("SELECT max(seq) - (SELECT seq FROM run_events_until) AS rows FROM events").get();
    return Number(row?.rows ?? 0);
  }

  #until(): number {
    return this.#sql("SELECT seq FROM run_events_until").get()?.seq as number;
  }

  #indexed(runId: string, until: number, { after, limit, types, isLatest }: EventPage): Row[] {
    return this.#sql(
      `SELECT e.* FROM run_events r CROSS JOIN events e ON e.seq = r.seq
       WHERE r.run_id = ? AND r.seq > ? AND r.seq <= ? AND ${typeCondition(types)}
       ORDER BY r.seq ${isLatest ? "DESC" : "ASC"} LIMIT ?`,
    ).all(runId, after, until, ...(types ?? []), limit);
  }

  #later(runId: string, until: number, { after, limit, types, isLatest }: EventPage): Row[] {
    return this.#sql(
      `SELECT * FROM events WHERE seq > ? AND run_id = ? AND ${typeCondition(types)}
       ORDER BY seq ${isLatest ? "DESC" : "ASC"} LIMIT ?`,
    ).all(Math.max(after, until), runId, ...(types ?? []), limit);
  }
}

/** A row without a type is none of an event: it keeps the highest number that was given. */
export function typeCondition(types: readonly EventType[] | undefined): string {
  return types === undefined ? "type <> ''" : `type IN (${types.map(() => "?").join(", ")})`;
}
