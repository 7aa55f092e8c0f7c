import type { StepRecord } from "./records.ts";
import { recordOfWait } from "./wait-id.ts";
import type { StoredWait } from "./wait-table.ts";

/** The steps of a run with those shown as waiting that are. A wait may come before its step has a record. */
export function waitingSteps(steps: readonly StepRecord[], waits: readonly StoredWait[]): StepRecord[] {
  const open = new Map(waits.filter((wait) => !wait.done).map((wait) => [recordOfWait(wait.id), wait]));
  const shown = steps.map((step) => {
    const isWaiting = open.delete(step.id) && step.endedAt === undefined;
    return isWaiting ? { ...step, status: "waiting" as const } : step;
  });
  return [...shown, ...[...open.values()].map(asStep)];
}

function asStep(wait: StoredWait): StepRecord {
  const id = recordOfWait(wait.id);
  return {
    id,
    step: id.replace(/(?:#\d+|\[\d+\])/g, ""),
    status: "waiting",
    output: null,
    error: undefined,
    attempts: [],
    startedAt: wait.createdAt,
    endedAt: undefined,
    reason: undefined,
    hooks: [],
  };
}
