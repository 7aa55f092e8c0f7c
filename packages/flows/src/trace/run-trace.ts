import { readTraceparent, spanIdOf, traceIdOf, writeTraceparent } from "@pawl/hooks/trace";
import type { RunRecord, RunTrigger } from "../durability/records.ts";

type TracedRun = Pick<RunRecord, "id" | "traceId" | "trigger">;

/** The trace of a run: that of what started it, or one of its own. */
export function traceOfRun(id: string, trigger: Pick<RunTrigger, "traceparent">): string {
  return readTraceparent(trigger.traceparent)?.traceId ?? traceIdOf(id);
}

/** The `traceparent` of a run as a whole. */
export function runTraceparent(run: TracedRun): string {
  return placeIn(run, run.id);
}

/** That of one record of it: the step with its hooks and attempts. */
export function recordTraceparent(run: TracedRun, recordId: string): string {
  return placeIn(run, `${run.id}:${recordId}`);
}

/** That of one attempt of a record: what the node and the programs it starts belong below. */
export function attemptTraceparent(run: TracedRun, recordId: string, attempt: number): string {
  return placeIn(run, `${run.id}:${recordId}/${attempt}`);
}

/** Found by name, so that it outlives the process without being stored. */
function placeIn(run: TracedRun, name: string): string {
  const isSampled = readTraceparent(run.trigger.traceparent)?.isSampled ?? true;
  return writeTraceparent({ traceId: run.traceId, spanId: spanIdOf(name), isSampled });
}
