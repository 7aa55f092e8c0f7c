import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json } from "../json.ts";
import { cachedStatements, type Database, type Statement } from "../sqlite/index.ts";
import type { AttemptRecord, Failure, StepRecord, StepStatus } from "./records.ts";

/** A step as it is stored: its record, its place in the order of starts, and the child process that it left. */
export interface StoredStep {
  readonly record: StepRecord;
  readonly position: number;
  readonly child: ProcessIdentity | undefined;
}

/** Rows of steps. */
export class StepTable {
  readonly #sql: (text: string) => Statement;
  readonly #save: Statement;

  constructor(database: Database) {
    this.#sql = cachedStatements(database);
    this.#save = this.#sql("INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  save(runId: string, step: StoredStep): void {
    const { record } = step;
    this.#save.run(
      runId,
      record.id,
      record.step,
      step.position,
      record.status,
      record.output === null ? null : JSON.stringify(record.output),
      record.error === undefined ? null : JSON.stringify(record.error),
      record.attempts.length === 0 ? null : JSON.stringify(record.attempts),
      record.startedAt,
      record.endedAt ?? null,
      record.reason ?? null,
      record.hooks.length === 0 ? null : JSON.stringify(record.hooks),
      step.child === undefined ? null : JSON.stringify(step.child),
    );
  }

  /** In the order of their starts. */
  ofRun(runId: string): StoredStep[] {
    return this.#sql("SELECT * FROM steps WHERE run_id = ? ORDER BY position").all(runId).map(toStep);
  }

  /** Child processes of steps that have not ended. */
  children(runId: string): ProcessIdentity[] {
    return this.#sql("SELECT child FROM steps WHERE run_id = ? AND status = 'running' AND child IS NOT NULL")
      .all(runId)
      .map((row) => JSON.parse(row.child as string) as ProcessIdentity);
  }

  /** The steps of a run that has ended: none goes on. */
  closeOpen(runId: string, now: number): void {
    this.#sql(
      "UPDATE steps SET status = 'cancelled', ended_at = ?, child = NULL WHERE run_id = ? AND status = 'running'",
    ).run(now, runId);
  }
}

function toStep(row: Record<string, unknown>): StoredStep {
  const record: StepRecord = {
    id: row.id as string,
    step: row.step as string,
    status: row.status as StepStatus,
    output: parse<Json>(row.output) ?? null,
    error: parse<Failure>(row.error),
    attempts: (parse<Partial<AttemptRecord>[]>(row.attempts) ?? []).map(
      (attempt) => ({ error: undefined, ...attempt }) as AttemptRecord,
    ),
    startedAt: row.started_at as number,
    endedAt: (row.ended_at as number | null) ?? undefined,
    reason: (row.reason as string | null) ?? undefined,
    hooks: parse<StepRecord["hooks"]>(row.hooks) ?? [],
  };
  return { record, position: row.position as number, child: parse<ProcessIdentity>(row.child) };
}

function parse<T>(text: unknown): T | undefined {
  return text === null ? undefined : (JSON.parse(text as string) as T);
}
