import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Json } from "../json.ts";
import { EndOfTransaction } from "../sqlite/end-of-transaction.ts";
import { cachedStatements, type Database, type GroupWriter, type SqlValue, type Statement } from "../sqlite/index.ts";
import { EventBudget, type EventLimits } from "./event-budget.ts";
import type { EventLog, LoggedEvent, NewEvent } from "./event-log.ts";
import type { EventType } from "./event-types.ts";
import { type EventPage, RunEvents, typeCondition } from "./run-events.ts";

type Listener = (event: NewEvent & { readonly time: number }) => void;

interface Row {
  readonly event: NewEvent;
  readonly time: number;
  readonly data: string | null;
}

const defaultReadLimit = 1_000;
/** Rows of one statement: calling SQLite costs about as much as storing a row. */
const rowsAtOnce = [32, 16, 8, 4, 2, 1];

/** The event log in SQLite. What is appended is collected, and stored by whichever transaction comes next. */
export class SqliteEventLog implements EventLog {
  readonly #sql: (text: string) => Statement;
  readonly #writer: GroupWriter;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #budget: EventBudget;
  readonly #runEvents: RunEvents;
  readonly #inserts = new Map<number, Statement>();
  readonly #listeners = new Set<Listener>();
  readonly #stored: EndOfTransaction<Row>;
  #open: Row[] | undefined;

  constructor(
    database: Database,
    writer: GroupWriter,
    options: { readonly clock: Clock; readonly log: Logger; readonly limits?: EventLimits | undefined },
  ) {
    this.#sql = cachedStatements(database);
    this.#writer = writer;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#runEvents = new RunEvents(database);
    this.#stored = new EndOfTransaction(writer, (rows) => this.#storeRows(rows));
    this.#budget = new EventBudget(options.limits ?? {}, (runId) => this.#runEvents.count(runId));
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
    this.#stored.add({ event, time, data: event.data === undefined ? null : JSON.stringify(event.data) });
  }

  publish(event: NewEvent, time: number): void {
    if (event.type === "run-ended") this.#budget.spend(event, null);
    if (this.#listeners.size === 0) return;
    const told = { ...event, time };
    for (const listener of this.#listeners) this.#tell(listener, told);
  }

  async read(filter: Parameters<EventLog["read"]>[0]): Promise<readonly LoggedEvent[]> {
    if (this.#open !== undefined) await this.#writer.flush();
    const { runId, after = 0, limit = defaultReadLimit, types, isLatest = false } = filter;
    const page = { after, limit, types, isLatest };
    const rows = runId === undefined ? this.#readAll(page) : this.#runEvents.read(runId, page);
    return (isLatest ? rows.reverse() : rows).map(toEvent);
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
      for (const each of rows) this.#stored.add(each);
    });
  }

  /** The rows of a transaction are stored together at its end. */
  #storeRows(rows: readonly Row[]): void {
    for (let from = 0; from < rows.length; ) {
      const count = rowsAtOnce.find((size) => size <= rows.length - from)!;
      const values: SqlValue[] = [];
      for (let index = from; index < from + count; index++) pushValues(values, rows[index]!);
      this.#insertOf(count).run(...values);
      from += count;
    }
    this.#runEvents.stored(rows.length);
  }

  #insertOf(count: number): Statement {
    let insert = this.#inserts.get(count);
    if (insert === undefined) {
      const places = Array(count).fill("(?, ?, ?, ?, ?, ?)").join(", ");
      insert = this.#sql(`INSERT INTO events (run_id, record_id, flow, type, time, data) VALUES ${places}`);
      this.#inserts.set(count, insert);
    }
    return insert;
  }

  #readAll({ after, limit, types, isLatest }: EventPage): Record<string, unknown>[] {
    const order = isLatest ? "DESC" : "ASC";
    const text = `SELECT * FROM events WHERE seq > ? AND ${typeCondition(types)} ORDER BY seq ${order} LIMIT ?`;
    return this.#sql(text).all(after, ...(types ?? []), limit);
  }
}

function pushValues(values: SqlValue[], { event, time, data }: Row): void {
  values.push(event.runId ?? null, event.recordId ?? null, event.flow ?? null, event.type, time, data);
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
