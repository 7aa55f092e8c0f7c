import type { Flow, Step } from "@pawl/flows";

export interface PlannedStep {
  /** With the ids of the groups around it. */
  readonly id: string;
  /** `shell.run`, `flow deploy`, `parallel`. */
  readonly does: string;
  readonly if: string | undefined;
}

/** Every step of a flow in the order of the file. */
export function planOf(flow: Flow): PlannedStep[] {
  return [...planSteps(flow.steps, ""), ...planSteps(flow.finally, "")];
}

function planSteps(steps: readonly Step[], prefix: string): PlannedStep[] {
  return steps.flatMap((step) => {
    const id = `${prefix}${step.id}`;
    const planned = { id, does: whatItDoes(step), if: step.if === undefined ? undefined : String(step.if.source) };
    const children = step.kind === "group" || step.kind === "parallel" ? planSteps(step.steps, `${id}.`) : [];
    return [planned, ...children];
  });
}

function whatItDoes(step: Step): string {
  const action =
    step.kind === "node" ? step.uses : step.kind === "flow" ? `flow ${String(step.flow.source)}` : step.kind;
  return [action, step.loop && "in a loop", step.while && "while", step.approval && "after approval"]
    .filter(Boolean)
    .join(", ");
}
