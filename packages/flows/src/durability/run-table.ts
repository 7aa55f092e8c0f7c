import type { Json, JsonObject } from "../json.ts";
import type { Database, SqlValue, Statement } from "../sqlite/index.ts";
import { cachedStatements } from "../sqlite/index.ts";
import type { RunFilter } from "./durability.ts";
import type { Failure, NewRun, Owner, RunRecord, RunStatus, RunTrigger } from "./records.ts";

/** What of a run changes in its life, and the lane it is in. Read, changed and saved inside one transaction. */
export interface RunState {
  readonly id: string;
  readonly flow: string;
  readonly root: string;
  readonly laneKey: string;
  readonly laneLimit: number;
  status: RunStatus;
  /** Holds one of its lane's places. */
  admitted: boolean;
  owner: string | null;
  starts: number;
  /** When a waiting run that nobody executes has to go on. */
  wakeAt: number | null;
  cancelReason: string | null;
  outputs: string | null;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

export const endedStatuses: readonly RunStatus[] = ["completed", "failed", "cancelled"];

export function hasEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

const stateColumns = `id, flow, root, lane_key AS laneKey, lane_limit AS laneLimit, status, admitted, owner, starts,
  wake_at AS wakeAt, cancel_reason AS cancelReason, outputs, error, started_at AS startedAt, ended_at AS endedAt`;
const recordColumns = `r.*, d.text AS definition_text, o.pid, o.start_time, o.host
  FROM runs r JOIN definitions d ON d.hash = r.definition LEFT JOIN owners o ON o.id = r.owner`;
const defaultListLimit = 100;

/** Rows of runs. Everything that writes is called inside a transaction. */
export class RunTable {
  readonly #sql: (text: string) => Statement;
  readonly #insert: Statement;
  readonly #state: Statement;
  readonly #held: Statement;
  readonly #save: Statement;
  readonly #inLane: Statement;
  readonly #blocked: Statement;
  readonly #ready: Statement;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
    this.#insert = this.#sql(`INSERT INTO runs (id, flow, definition, file, inputs, vars, trigger, idempotency_key,
      parent_run, parent_record, root, lane_key, lane_limit, status, admitted, owner, starts, created_at, started_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#state = this.#sql(`SELECT ${stateColumns} FROM runs WHERE id = ?`);
    this.#held = this.#sql("SELECT 1 FROM runs WHERE id = ? AND owner = ? AND starts = ?");
    this.#save = this.#sql(`UPDATE runs SET status = ?, admitted = ?, owner = ?, starts = ?, wake_at = ?,
      cancel_reason = ?, outputs = ?, error = ?, started_at = ?, ended_at = ? WHERE id = ?`);
    this.#inLane = this.#sql("SELECT count(*) AS n FROM runs WHERE admitted = 1 AND flow = ? AND lane_key = ?");
    this.#blocked = this.#sql(`SELECT ${stateColumns} FROM runs
      WHERE status = 'queued' AND admitted = 0 AND flow = ? AND lane_key = ? ORDER BY id LIMIT 1`);
    this.#ready = this.#sql(`SELECT ${stateColumns} FROM runs INDEXED BY runs_ready
      WHERE status = 'queued' AND admitted = 1 AND owner IS NULL AND id > ? ORDER BY id LIMIT ?`);
  }

  insert(run: NewRun, state: RunState, createdAt: number): void {
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

  idByKey(flow: string, key: string): string | undefined {
    return this.#sql("SELECT id FROM runs WHERE flow = ? AND idempotency_key = ?").get(flow, key)?.id as string;
  }

  admittedInLane(flow: string, laneKey: string): number {
    return Number(this.#inLane.get(flow, laneKey)!.n);
  }

  firstBlocked(flow: string, laneKey: string): RunState | undefined {
    return toState(this.#blocked.get(flow, laneKey));
  }

  unfinishedInLane(flow: string, laneKey: string): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs WHERE flow = ?1 AND lane_key = ?2 AND admitted = 1
       UNION ALL SELECT ${stateColumns} FROM runs
       WHERE status = 'queued' AND admitted = 0 AND flow = ?1 AND lane_key = ?2 ORDER BY id`,
      flow,
      laneKey,
    );
  }

  /** Runs that may be claimed, oldest first, after `after`. */
  ready(limit: number, after = ""): RunState[] {
    return this.#ready.all(after, limit).map((row) => toState(row)!);
  }

  /** Runs that may be claimed and belong to a parent. */
  readyChildren(limit: number): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs INDEXED BY runs_ready
       WHERE status = 'queued' AND admitted = 1 AND owner IS NULL AND parent_run IS NOT NULL ORDER BY id LIMIT ?`,
      limit,
    );
  }

  /** One run, when it may be claimed by this owner, and its descendants that may be. */
  readyOf(root: string, owner: string, limit: number): RunState[] {
    return this.#states(
      `SELECT ${stateColumns} FROM runs
       WHERE id = ?1 AND status = 'queued' AND admitted = 1 AND (owner IS NULL OR (owner = ?2 AND starts = 0))
       UNION ALL SELECT ${stateColumns} FROM runs
       WHERE root = (SELECT root FROM runs WHERE id = ?1) AND parent_run IS NOT NULL AND id > ?1
       AND status = 'queued' AND admitted = 1 AND owner IS NULL LIMIT ?3`,
      root,
      owner,
      limit,
    );
  }

  hasReady(): boolean {
    return this.#ready.get("", 1) !== undefined;
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
    const row = this.#sql(`SELECT ${recordColumns} WHERE r.id = ?`).get(id);
    return row && toRecord(row);
  }

  list(filter: RunFilter): RunRecord[] {
    const conditions: string[] = [];
    const values: SqlValue[] = [];
    if (filter.flow !== undefined) {
      conditions.push("r.flow = ?");
      values.push(filter.flow);
    }
    if (filter.status !== undefined) {
      const wanted = typeof filter.status === "string" ? [filter.status] : filter.status;
      conditions.push(`r.status IN (${wanted.map(() => "?").join(", ")})`);
      values.push(...wanted);
    }
    if (filter.before !== undefined) {
      conditions.push("r.id < ?");
      values.push(filter.before);
    }
    const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
    const limit = Math.max(0, Math.min(filter.limit ?? defaultListLimit, 10_000));
    return this.#sql(`SELECT ${recordColumns} ${where} ORDER BY r.id DESC LIMIT ?`)
      .all(...values, limit)
      .map(toRecord);
  }

  #states(text: string, ...values: SqlValue[]): RunState[] {
    return this.#sql(text)
      .all(...values)
      .map((row) => toState(row)!);
  }
}

function toState(row: Record<string, unknown> | undefined): RunState | undefined {
  if (row === undefined) return undefined;
  row.admitted = row.admitted === 1;
  return row as unknown as RunState;
}

function toRecord(row: Record<string, unknown>): RunRecord {
  return {
    id: row.id as string,
    flow: row.flow as string,
    definition: {
      hash: row.definition as string,
      text: row.definition_text as string,
      file: (row.file as string | null) ?? undefined,
    },
    inputs: parse<JsonObject>(row.inputs),
    vars: parse<JsonObject>(row.vars),
    trigger: toTrigger(parse<Partial<RunTrigger>>(row.trigger)),
    ...(row.parent_run ? { parent: { runId: row.parent_run as string, recordId: row.parent_record as string } } : {}),
    status: row.status as RunStatus,
    error: row.error === null ? undefined : parse<Failure>(row.error),
    outputs: row.outputs === null ? null : parse<Json>(row.outputs),
    createdAt: row.created_at as number,
    startedAt: (row.started_at as number | null) ?? undefined,
    endedAt: (row.ended_at as number | null) ?? undefined,
    owner: toOwner(row),
    starts: row.starts as number,
  };
}

/** JSON leaves out what is undefined; the record says it. */
function toTrigger(stored: Partial<RunTrigger>): RunTrigger {
  return { id: undefined, eventId: undefined, traceparent: undefined, ...stored } as RunTrigger;
}

function toOwner(row: Record<string, unknown>): Owner | undefined {
  if (row.owner === null || row.pid === null) return undefined;
  return {
    id: row.owner as string,
    pid: row.pid as number,
    startTime: row.start_time as string,
    host: row.host as string,
  };
}

function parse<T>(text: unknown): T {
  return JSON.parse(text as string) as T;
}
