import { traceIdOf } from "@pawl/hooks/trace";
import type { Json, JsonObject } from "../json.ts";
import type { Failure, NewRun, Owner, RunRecord, RunStatus, RunTrigger } from "./records.ts";
import type { RunState } from "./run-state.ts";

/** What `toRecord` reads. */
export const recordColumns = `r.*, d.text AS definition_text, o.pid, o.start_time, o.host
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
export function endedRecord(record: RunRecord, state: RunState): RunRecord {
  return {
    ...record,
    status: state.status,
    error: state.error === null ? undefined : parse<Failure>(state.error),
    outputs: state.outputs === null ? null : parse<Json>(state.outputs),
    endedAt: state.endedAt ?? undefined,
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

/** What the log says of a run that is queued: what started it, and of a sub-run the record that waits for it. */
export function whereFrom({ trigger: { type: trigger }, parent }: NewRun): Json {
  return parent === undefined ? { trigger } : { trigger, parent: parent.runId, record: parent.recordId };
}
