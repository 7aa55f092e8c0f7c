import type { Step } from "./flow.ts";
import { report, type SourceFile } from "./source-file.ts";
import type { StepName } from "./step-ids.ts";

/** Warns of steps that no path leads to: after a `next` that always goes elsewhere. */
export function checkReachable(source: SourceFile, steps: readonly Step[], names: readonly StepName[]): void {
  for (const step of steps) {
    if (step.kind === "group")
      checkReachable(source, step.steps, names.find((name) => name.id === step.id)?.children ?? []);
  }
  const reached = reachedFrom(steps);
  for (const step of steps) {
    if (reached.has(step)) continue;
    const span = names.find((name) => name.id === step.id)?.span;
    const message = `No path leads to the step ${step.id}: the step before it always goes elsewhere.`;
    report(source, span, { code: "unreachable-step", severity: "warning", message });
  }
}

function reachedFrom(steps: readonly Step[]): ReadonlySet<Step> {
  const reached = new Set<Step>();
  const open = steps.length > 0 ? [0] : [];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const step = steps[index];
    if (!step || reached.has(step)) continue;
    reached.add(step);
    const target = literalTarget(step);
    if (target === "anywhere") return new Set(steps);
    if (target !== undefined) {
      const found = steps.findIndex((other) => other.id === target);
      if (found < 0 && target !== "end") return new Set(steps);
      if (found >= 0) open.push(found);
    }
    if (target === undefined || mayBeSkipped(step)) open.push(index + 1);
  }
  return reached;
}

/** Where `next` leads: a name, `anywhere` when only the run can tell, nothing when there is none. */
function literalTarget(step: Step): string | undefined {
  if (!step.next) return undefined;
  if (step.next.dynamic) return "anywhere";
  const { source } = step.next;
  if (typeof source === "string") return source;
  const target = typeof source === "object" && source !== null && "target" in source ? source.target : undefined;
  return typeof target === "string" ? target : "anywhere";
}

/** A skipped step's `next` is not looked at. */
function mayBeSkipped(step: Step): boolean {
  return step.if !== undefined || step.loop !== undefined || step.while !== undefined;
}
