import { traceIdOf } from "@pawl/hooks/trace";
import type { Json, JsonObject } from "../json.ts";
import type { Failure, NewRun, Owner, RunRecord, RunStatus, RunTrigger } from "./records.ts";
import type { RunEnd } from "./run-state.ts";

/**
 * Handed back while a sub-run waits: whoever comes first takes the run up again, so it stands in the queue, but all that it does
 * then is wait.
 */
const waitsBelow = `r.status = 'queued' AND r.starts > 0 AND r.owner IS NULL AND EXISTS (
  WITH RECURSIVE below (id, status) AS (SELECT id, status FROM runs WHERE parent_run = r.id
    UNION SELECT c.id, c.status FROM runs c JOIN below b ON c.parent_run = b.id)
  SELECT 1 FROM below WHERE status = 'waiting')`;

/** Conditions for each status as people see it. Several, because each has its rows in order in the index. */
export const statusConditions: Readonly<Record<RunStatus, readonly string[]>> = {
  queued: [`r.status = 'queued' AND NOT (${waitsBelow})`],
  running: ["r.status = 'running'"],
  // From the few runs that wait upwards, and not through everything that is queued.
  waiting: [
    "r.status = 'waiting'",
    `r.id IN (WITH RECURSIVE above (id) AS (SELECT parent_run FROM runs WHERE status = 'waiting' AND parent_run IS NOT NULL
      UNION SELECT p.parent_run FROM runs p JOIN above a ON p.id = a.id WHERE p.parent_run IS NOT NULL)
      SELECT id FROM above) AND ${waitsBelow}`,
  ],
  completed: ["r.status = 'completed'"],
  failed: ["r.status = 'failed'"],
  cancelled: ["r.status = 'cancelled'"],
};

/** What `toRecord` reads. */
export const recordColumns = `r.*, d.text AS definition_text, o.pid, o.start_time, o.host,
  CASE WHEN ${waitsBelow} THEN 'waiting' ELSE r.status END AS shown_status
  FROM runs r JOIN definitions d ON d.hash = r.definition LEFT JOIN owners o ON o.id = r.owner`;

/** The record of a run that this process has just begun, as reading it would give it. */
export function freshRecord(
  run: NewRun,
  begun: Pick<RunRecord, "id" | "traceId" | "status" | "createdAt" | "startedAt" | "owner" | "starts">,
): RunRecord {
  return {
    id: begun.id,
    traceId: begun.traceId,
    flow: run.flow,
    definition: run.definition,
    inputs: run.inputs,
    vars: run.vars,
    trigger: run.trigger,
    ...(run.parent === undefined ? {} : { parent: run.parent }),
    status: begun.status,
    error: undefined,
    outputs: null,
    createdAt: begun.createdAt,
    startedAt: begun.startedAt,
    endedAt: undefined,
    owner: begun.owner,
    starts: begun.starts,
  };
}

/** The record of a run that has just ended, from the one that it was executed with. */
export function endedRecord(record: RunRecord, end: RunEnd): RunRecord {
  return {
    ...record,
    status: end.status,
    error: end.error === null ? undefined : parse<Failure>(end.error),
    outputs: end.outputs === null ? null : parse<Json>(end.outputs),
    endedAt: end.endedAt,
    owner: undefined,
  };
}

export function toRecord(row: Record<string, unknown>): RunRecord {
  return {
    id: row.id as string,
    // A run of before traces were kept has the one of its id, which it would have been given.
    traceId: (row.trace_id as string | null) ?? traceIdOf(row.id as string),
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
    status: row.shown_status as RunStatus,
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

/** What the log says of a run that is queued: what started it, and of a sub-run the record that waits for it. */
export function whereFrom({ trigger: { type: trigger }, parent }: NewRun): Json {
  return parent === undefined ? { trigger } : { trigger, parent: parent.runId, record: parent.recordId };
}
