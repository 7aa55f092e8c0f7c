import type { Database, SqlValue, Statement } from "../sqlite/index.ts";
import { cachedStatements } from "../sqlite/index.ts";
import type { RunFilter } from "./durability.ts";
import type { NewRun, RunRecord, RunStatus } from "./records.ts";
import { recordColumns, statusConditions, toRecord } from "./run-record.ts";
import { hasEnded, type RunEnd, type RunState } from "./run-state.ts";

const stateColumns = `id, flow, root, lane_key AS laneKey, lane_limit AS laneLimit, status, admitted, owner, starts,
  wake_at AS wakeAt, cancel_reason AS cancelReason, outputs, error, started_at AS startedAt, ended_at AS endedAt`;
const isReady = `FROM runs INDEXED BY runs_ready WHERE status = 'queued' AND admitted = 1 AND owner IS NULL`;
/** Written into the text: SQLite plans a statement anew each time a limit is bound. */
const readySizes = [1, 4, 16, 64];
const mostReady = 256;
const defaultListLimit = 100;
const mostListed = 10_000;

/** Rows of runs. Everything that writes is called inside a transaction. */
export class RunTable {
  readonly #sql: (text: string) => Statement;
  readonly #insert: Statement;
  readonly #state: Statement;
  readonly #held: Statement;
  readonly #status: Statement;
  readonly #save: Statement;
  readonly #end: Statement;
  readonly #inLane: Statement;
  readonly #blocked: Statement;
  readonly #blockedId: Statement;
  readonly #anyReady: Statement;
  readonly #record: Statement;
  readonly #readyChildren: Statement;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
    this.#insert = this.#sql(`INSERT INTO runs (id, flow, definition, file, inputs, vars, trigger, idempotency_key,
      parent_run, parent_record, root, lane_key, lane_limit, status, admitted, owner, starts, created_at, started_at, trace_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#state = this.#sql(`SELECT ${stateColumns} FROM runs WHERE id = ?`);
    this.#status = this.#sql("SELECT status FROM runs WHERE id = ?");
    this.#held = this.#sql("SELECT 1 FROM runs WHERE id = ? AND owner = ? AND starts = ?");
    this.#save = this.#sql(`UPDATE runs SET status = ?, admitted = ?, owner = ?, starts = ?, wake_at = ?,
      cancel_reason = ?, outputs = ?, error = ?, started_at = ?, ended_at = ? WHERE id = ?`);
    this.#end = this.#sql(`UPDATE runs SET status = ?, admitted = 0, owner = NULL, wake_at = NULL, outputs = ?,
      error = ?, ended_at = ? WHERE id = ? RETURNING flow, lane_key AS laneKey, started_at AS startedAt`);
    this.#inLane = this.#sql("SELECT count(*) AS n FROM runs WHERE admitted = 1 AND flow = ? AND lane_key = ?");
    const blocked =
      "FROM runs WHERE status = 'queued' AND admitted = 0 AND flow = ? AND lane_key = ? ORDER BY id LIMIT 1";
    this.#blocked = this.#sql(`SELECT ${stateColumns} ${blocked}`);
    this.#blockedId = this.#sql(`SELECT id ${blocked}`);
    this.#anyReady = this.#sql(`SELECT 1 ${isReady} LIMIT 1`);
    this.#record = this.#sql(`SELECT ${recordColumns} WHERE r.id = ?`);
    this.#readyChildren = this.#sql(
      `SELECT ${stateColumns} ${isReady} AND parent_run IS NOT NULL ORDER BY id LIMIT ${mostReady}`,
    );
  }

  insert(run: NewRun, state: RunState, { createdAt, traceId }: { createdAt: number; traceId: string }): void {
    this.#sql("INSERT OR IGNORE INTO definitions VALUES (?, ?)").run(run.definition.hash, run.definition.text);
    this.#insert.run(
      state.id,
      run.flow,
      run.definition.hash,
      run.definition.file ?? null,
      JSON.stringify(run.inputs),
      JSON.stringify(run.vars),
      JSON.stringify(run.trigger),
      run.idempotencyKey ?? null,
      run.parent?.runId ?? null,
      run.parent?.recordId ?? null,
      state.root,
      state.laneKey,
      state.laneLimit,
      state.status,
      state.admitted ? 1 : 0,
      state.owner,
      state.starts,
      createdAt,
      state.startedAt,
      traceId,
    );
  }

  state(id: string): RunState | undefined {
    return toState(this.#state.get(id));
  }

  /** Whether this start of the run is the one that goes on, and this owner's. */
  isHeld(id: string, owner: string, starts: number): boolean {
    return this.#held.get(id, owner, starts) !== undefined;
  }

  save(state: RunState): void {
    this.#save.run(
      state.status,
      state.admitted ? 1 : 0,
      state.owner,
      state.starts,
      state.wakeAt,
      state.cancelReason,
      state.outputs,
      state.error,
      state.startedAt,
      state.endedAt,
      state.id,
    );
  }

  /** @returns what of it stays as it was */
  end({ id, status, outputs, error, endedAt }: RunEnd): Pick<RunState, "flow" | "laneKey" | "startedAt"> {
    const row = this.#end.get(status, outputs, error, endedAt, id);
    return row as unknown as Pick<RunState, "flow" | "laneKey" | "startedAt">;
  }

  hasEnded(id: string): boolean {
    const row = this.#status.get(id);
    return row !== undefined && hasEnded(row.status as RunStatus);
  }

  idByKey(flow: string, key: string): string | undefined {
    return this.#sql("SELECT id FROM runs WHERE flow = ? AND idempotency_key = ?").get(flow, key)?.id as string;
  }

  admittedInLane(flow: string, laneKey: string): number {
    return Number(this.#inLane.get(flow, laneKey)!.n);
  }

  firstBlockedId(flow: string, laneKey: string): string | undefined {
    return this.#blockedId.get(flow, laneKey)?.id as string | undefined;
  }

  firstBlocked(flow: string, laneKey: string): RunState | undefined {
    return toState(this.#blocked.get(flow, laneKey));
  }

  /** Oldest first, those that wait included. */
  unfinishedInLane(flow: string, laneKey: string): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs WHERE flow = ?1 AND lane_key = ?2 AND admitted = 1
       UNION ALL SELECT ${stateColumns} FROM runs
       WHERE status = 'queued' AND admitted = 0 AND flow = ?1 AND lane_key = ?2
       UNION ALL SELECT ${stateColumns} FROM runs WHERE status = 'waiting' AND flow = ?1 AND lane_key = ?2 ORDER BY id`,
      flow,
      laneKey,
    );
  }

  unfinishedChildren(id: string): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs WHERE parent_run = ? AND status IN ('queued', 'running', 'waiting')`,
      id,
    );
  }

  /** Runs that may be claimed, oldest first. */
  ready(limit: number): RunState[] {
    const size = readySizes.find((each) => each >= limit) ?? mostReady;
    return this.#states(`SELECT ${stateColumns} ${isReady} ORDER BY id LIMIT ${size}`).slice(0, limit);
  }

  /** Runs that may be claimed and belong to a parent. */
  readyChildren(): RunState[] {
    return toStates(this.#readyChildren.all());
  }

  /** One run, when it may be claimed by this owner, and its descendants that may be. */
  readyOf(root: string, owner: string): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs
       WHERE id = ?1 AND status = 'queued' AND admitted = 1 AND (owner IS NULL OR (owner = ?2 AND starts = 0))
       UNION ALL SELECT ${stateColumns} FROM runs
       WHERE root = (SELECT root FROM runs WHERE id = ?1) AND parent_run IS NOT NULL AND id > ?1
       AND status = 'queued' AND admitted = 1 AND owner IS NULL LIMIT ${mostReady}`,
      root,
      owner,
    );
  }

  hasReady(): boolean {
    return this.#anyReady.get() !== undefined;
  }

  ownedBy(owner: string): RunState[] {
    return this.#states(`SELECT ${stateColumns} FROM runs WHERE owner = ?`, owner);
  }

  /** Waiting runs that nobody executes and whose time has come. */
  dueSleepers(now: number): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs WHERE status = 'waiting' AND owner IS NULL AND wake_at <= ?`,
      now,
    );
  }

  /** Whether this flow is being executed by one of the run's ancestors (the run itself included). */
  hasAncestorOfFlow(runId: string, flow: string): boolean {
    const text = `WITH RECURSIVE line (id) AS (
        SELECT ?1 UNION SELECT r.parent_run FROM runs r JOIN line l ON r.id = l.id WHERE r.parent_run IS NOT NULL)
      SELECT 1 FROM runs r JOIN line l ON r.id = l.id WHERE r.flow = ?2 LIMIT 1`;
    return this.#sql(text).get(runId, flow) !== undefined;
  }

  record(id: string): RunRecord | undefined {
    const row = this.#record.get(id);
    return row && toRecord(row);
  }

  /** Status by status, because each has its rows in order in the index: several would have to be sorted. */
  list(filter: RunFilter): RunRecord[] {
    const limit = Math.max(0, Math.min(filter.limit ?? defaultListLimit, mostListed));
    if (filter.status === undefined) return this.#page(filter, undefined, limit);
    const wanted = new Set(typeof filter.status === "string" ? [filter.status] : filter.status);
    const conditions = [...wanted].flatMap((status) => statusConditions[status] ?? []);
    const pages = conditions.flatMap((condition) => this.#page(filter, condition, limit));
    return pages.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
  }

  #page(filter: RunFilter, ofStatus: string | undefined, limit: number): RunRecord[] {
    const conditions: string[] = ofStatus === undefined ? [] : [ofStatus];
    const values: SqlValue[] = [];
    const add = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    add("r.flow = ?", filter.flow);
    add("r.id < ?", filter.before);
    add("r.trace_id >= ?", filter.traceId);
    add("r.trace_id <= ?", filter.traceId?.padEnd(32, "f"));
    add("json_extract(r.trigger, '$.eventId') = ?", filter.eventId);
    const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
    return this.#sql(`SELECT ${recordColumns} ${where} ORDER BY r.id DESC LIMIT ?`)
      .all(...values, limit)
      .map(toRecord);
  }

  #states(text: string, ...values: SqlValue[]): RunState[] {
    return toStates(this.#sql(text).all(...values));
  }
}

function toStates(rows: Record<string, unknown>[]): RunState[] {
  return rows.map((row) => toState(row)!);
}

function toState(row: Record<string, unknown> | undefined): RunState | undefined {
  if (row === undefined) return undefined;
  row.admitted = row.admitted === 1;
  return row as unknown as RunState;
}
