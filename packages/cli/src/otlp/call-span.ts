import type { GuardRecord } from "@pawl/hooks/guard";
import { readTraceparent } from "@pawl/hooks/trace";
import type { Span } from "./span.ts";

/** Attempts of nodes are told by the records of runs; a trigger's call lasts as long as it waits. */
const toldElsewhere: ReadonlySet<string | undefined> = new Set(["node", "trigger", "sub-flow", "function"]);

/** A guarded call as a span: a hook, a pod. */
export function callSpan(record: GuardRecord): Span | undefined {
  const { name, point, outcome, startedAt, durationMs } = record;
  const place = readTraceparent(record.traceparent);
  if (place === undefined || !place.isSampled || toldElsewhere.has(point)) return undefined;
  return {
    traceId: place.traceId,
    spanId: place.spanId,
    parentSpanId: readTraceparent(record.parent)?.spanId,
    name: [point, name].filter(Boolean).join(" ") || "hook",
    startMs: startedAt,
    endMs: startedAt + durationMs,
    attributes: {
      ...(name === undefined ? {} : { "pawl.hook.name": name }),
      ...(point === undefined ? {} : { "pawl.hook.point": point }),
      "pawl.outcome": outcome.status,
      ...(outcome.status === "skipped" ? { "pawl.skip_reason": outcome.reason } : {}),
    },
    error: errorOf(outcome),
  };
}

function errorOf(outcome: GuardRecord["outcome"]): string | undefined {
  if (outcome.status === "timeout") return `no answer in ${outcome.timeoutMs} ms`;
  if (outcome.status !== "failed") return undefined;
  return outcome.error instanceof Error ? outcome.error.message : "failed";
}
