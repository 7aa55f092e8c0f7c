import { beganAt, type RunRecord, type StepRecord } from "@pawl/flows";
import { readTraceparent, spanIdOf } from "@pawl/hooks/trace";
import type { Span } from "./span.ts";

/**
 * A run that has ended as spans: itself, its steps, their attempts. They are made of what is recorded, so that a run that
 * several processes have executed is whole.
 */
export function runSpans(run: RunRecord, steps: readonly StepRecord[]): Span[] {
  const place = readTraceparent(run.trigger.traceparent);
  if (run.startedAt === undefined || place?.isSampled === false) return [];
  const own: Span = {
    traceId: run.traceId,
    spanId: spanIdOf(run.id),
    parentSpanId: place?.spanId,
    name: `run ${run.flow}`,
    startMs: run.startedAt,
    endMs: run.endedAt ?? run.startedAt,
    attributes: {
      "pawl.flow": run.flow,
      "pawl.run.id": run.id,
      "pawl.run.status": run.status,
      "pawl.trigger": run.trigger.type,
    },
    error: run.error?.message,
  };
  return [own, ...steps.flatMap((step) => stepSpans(run, step, own.spanId))];
}

function stepSpans(run: RunRecord, step: StepRecord, parentSpanId: string): Span[] {
  const { id, status, attempts, endedAt = step.startedAt, error, reason } = step;
  const name = `${run.id}:${id}`;
  const own: Span = {
    traceId: run.traceId,
    spanId: spanIdOf(name),
    parentSpanId,
    name: `step ${step.step}`,
    startMs: beganAt(step),
    endMs: endedAt,
    attributes: {
      "pawl.flow": run.flow,
      "pawl.run.id": run.id,
      "pawl.step": step.step,
      "pawl.record": id,
      "pawl.step.status": status,
      ...(reason === undefined ? {} : { "pawl.step.reason": reason }),
    },
    error: error?.message,
  };
  const tried = attempts.map((attempt): Span => {
    return {
      ...own,
      spanId: spanIdOf(`${name}/${attempt.number}`),
      parentSpanId: own.spanId,
      name: `attempt ${attempt.number} of ${step.step}`,
      startMs: attempt.startedAt,
      endMs: attempt.endedAt,
      attributes: { "pawl.run.id": run.id, "pawl.record": id, "pawl.attempt": attempt.number },
      error: attempt.error?.message,
    };
  });
  return [own, ...tried];
}
