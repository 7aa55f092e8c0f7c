import type { Flow, FlowPlan, Json, Step } from "@pawl/flows";

export interface PlannedStep {
  /** With the ids of the groups around it. */
  readonly id: string;
  /** `shell.run`, `flow deploy`, `parallel`. */
  readonly does: string;
  readonly if: string | undefined;
  /** What it is given, as far as it is known before the run. */
  readonly with?: Json;
}

/** Every step of a flow in the order of the file. */
export function planOf(flow: Flow, plan?: FlowPlan): PlannedStep[] {
  return [...planSteps(flow.steps, "", plan), ...planSteps(flow.finally, "", plan)];
}

function planSteps(steps: readonly Step[], prefix: string, plan: FlowPlan | undefined): PlannedStep[] {
  return steps.flatMap((step) => {
    const id = `${prefix}${step.id}`;
    const given = plan?.inputs.get(step);
    const condition = step.if === undefined ? undefined : String(step.if.source);
    const planned = { id, does: whatItDoes(step), if: condition, ...(given === undefined ? {} : { with: given }) };
    const children = step.kind === "group" || step.kind === "parallel" ? planSteps(step.steps, `${id}.`, plan) : [];
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
