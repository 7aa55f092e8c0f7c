import type { Step } from "../definition/flow.ts";
import type { Template } from "../expression/template.ts";
import { isTruthy } from "../expression/truthy.ts";
import type { Frame, Passage } from "./execution.ts";
import { recordFailure, recordSkip } from "./records/outright.ts";
import { runLoop } from "./visits/loop.ts";
import { runOnce } from "./visits/once.ts";
import { currentId, enterVisit } from "./visits/visit.ts";
import { runPasses } from "./visits/while.ts";

/** One step, as the navigator comes to it: its condition, then its items, its passes, or itself. */
export async function runStep(frame: Frame, step: Step): Promise<Passage> {
  const hasPasses = step.while !== undefined && step.loop === undefined;
  const condition = conditionOf(frame, step);
  // Each pass counts as a visit of its own, so a step that gets that far is not counted here.
  if (!hasPasses || condition !== "holds") enterVisit(frame, step);
  if (condition !== "holds") {
    return "error" in condition
      ? recordFailure(frame, step, condition.error)
      : recordSkip(frame, step, condition.reason);
  }
  if (step.loop !== undefined) return runLoop(frame, step);
  if (hasPasses) return runPasses(frame, step);
  return runOnce({ frame, step, recordId: currentId(frame, step) });
}

type Condition = "holds" | { readonly reason: string } | { readonly error: unknown };

function conditionOf(frame: Frame, step: Step): Condition {
  if (step.if === undefined) return "holds";
  try {
    return isTruthy(step.if.evaluate(frame.values)) ? "holds" : { reason: reasonOf(step.if) };
  } catch (error) {
    return { error };
  }
}

/** With the condition as a person wrote it, without its delimiters. */
function reasonOf({ source, dynamic }: Template): string {
  if (!dynamic || typeof source !== "string") return "if is false";
  const whole = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(source)?.[1];
  return whole === undefined || whole.includes("${{") ? `if: ${source.trim()} is false` : `${whole.trim()} is false`;
}
