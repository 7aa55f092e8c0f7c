import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Json } from "../json.ts";
import { cachedStatements, type Database, type GroupWriter, type SqlValue, type Statement } from "../sqlite/index.ts";
import { EventBudget, type EventLimits } from "./event-budget.ts";
import type { EventLog, LoggedEvent, NewEvent } from "./event-log.ts";
import type { EventType } from "./event-types.ts";

type Listener = (event: NewEvent & { readonly time: number }) => void;

interface Row {
  readonly event: NewEvent;
  readonly time: number;
  readonly data: string | null;
}

const defaultReadLimit = 1_000;

/** The event log in SQLite. What is appended is collected, and stored by whichever transaction comes next. */
export class SqliteEventLog implements EventLog {
  readonly #sql: (text: string) => Statement;
  readonly #insert: Statement;
  readonly #writer: GroupWriter;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #budget: EventBudget;
  readonly #listeners = new Set<Listener>();
  #open: Row[] | undefined;

  constructor(
    database: Database,
    writer: GroupWriter,
    options: { readonly clock: Clock; readonly log: Logger; readonly limits?: EventLimits | undefined },
  ) {
    this.#sql = cachedStatements(database);
    this.#insert = this.#sql(
      "INSERT INTO events (run_id, record_id, flow, type, time, data) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#writer = writer;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#budget = new EventBudget(options.limits ?? {}, (runId) => this.#count(runId));
  }

  append(event: NewEvent): void {
    const time = event.time ?? this.#clock.now();
    const data = event.data === undefined ? null : JSON.stringify(event.data);
    const verdict = this.#budget.spend(event, data);
    this.publish(event, time);
    if (verdict === "keep") this.#collect({ event, time, data });
    if (verdict !== "first-cut") return;
    const notice = this.#budget.notice(event);
    this.#collect({ event: notice, time, data: JSON.stringify(notice.data) });
    this.publish(notice, time);
  }

  /** Stores one event in the transaction that is open. Its listeners are told by `publish` after it. */
  insert(event: NewEvent, time: number): void {
    this.#insertRow({ event, time, data: event.data === undefined ? null : JSON.stringify(event.data) });
  }

  publish(event: NewEvent, time: number): void {
    if (event.type === "run-ended") this.#budget.spend(event, null);
    for (const listener of this.#listeners) this.#tell(listener, { ...event, time });
  }

  async read(filter: Parameters<EventLog["read"]>[0]): Promise<readonly LoggedEvent[]> {
    if (this.#open !== undefined) await this.#writer.flush();
    const conditions = ["seq > ?"];
    const values: SqlValue[] = [filter.after ?? 0];
    if (filter.runId !== undefined) {
      conditions.push("run_id = ?");
      values.push(filter.runId);
    }
    if (filter.types !== undefined) {
      conditions.push(`type IN (${filter.types.map(() => "?").join(", ")})`);
      values.push(...filter.types);
    }
    const order = filter.isLatest === true ? "DESC" : "ASC";
    const rows = this.#sql(`SELECT * FROM events WHERE ${conditions.join(" AND ")} ORDER BY seq ${order} LIMIT ?`).all(
      ...values,
      filter.limit ?? defaultReadLimit,
    );
    return (filter.isLatest === true ? rows.reverse() : rows).map(toEvent);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a listener throws is its own affair: the run that it listens to goes on. */
  #tell(listener: Listener, event: Parameters<Listener>[0]): void {
    try {
      listener(event);
    } catch (error) {
      this.#log.error(`A listener of the event log has failed at ${event.type}.`, { error });
    }
  }

  /** Rows share one operation until a transaction has begun to store them; it may store them twice, after a retry. */
  #collect(row: Row): void {
    if (this.#open !== undefined) {
      this.#open.push(row);
      return;
    }
    const rows = [row];
    this.#open = rows;
    this.#writer.append(() => {
      if (this.#open === rows) this.#open = undefined;
      for (const each of rows) this.#insertRow(each);
    });
  }

  #insertRow({ event, time, data }: Row): void {
    this.#insert.run(event.runId ?? null, event.recordId ?? null, event.flow ?? null, event.type, time, data);
  }

  #count(runId: string): { events: number; text: number } {
    const row = this.#sql(
      `SELECT count(*) AS events, total(length(data)) AS text FROM events
       WHERE run_id = ? AND type IN ('log', 'stdout', 'stderr', 'step-progress')`,
    ).get(runId);
    return { events: Number(row?.events ?? 0), text: Number(row?.text ?? 0) };
  }
}

function toEvent(row: Record<string, unknown>): LoggedEvent {
  return {
    seq: row.seq as number,
    type: row.type as EventType,
    time: row.time as number,
    ...(row.run_id === null ? {} : { runId: row.run_id as string }),
    ...(row.record_id === null ? {} : { recordId: row.record_id as string }),
    ...(row.flow === null ? {} : { flow: row.flow as string }),
    ...(row.data === null ? {} : { data: JSON.parse(row.data as string) as Json }),
  };
}
