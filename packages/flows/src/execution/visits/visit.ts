import type { Step } from "../../definition/flow.ts";
import type { Frame } from "../execution.ts";
import { RunFault } from "../failure.ts";
import { visitId } from "./record-id.ts";

/**
 * Counts one more visit of a step.
 * @throws RunFault when it is one more than `max_visits`
 */
export function enterVisit(frame: Frame, step: Step): void {
  const visit = (frame.visits.get(step.id) ?? 0) + 1;
  if (step.maxVisits > 0 && visit > step.maxVisits) {
    const message = `Step "${frame.prefix}${step.id}" was to be visited for the ${ordinal(visit)} time; its max_visits is ${step.maxVisits}.`;
    throw new RunFault("max-visits", message);
  }
  frame.visits.set(step.id, visit);
  frame.values.visits[step.id] = visit;
}

/** The record id of the step's latest visit. */
export function currentId(frame: Frame, step: Step): string {
  return frame.prefix + visitId(step.id, Math.max(1, frame.visits.get(step.id) ?? 1));
}

function ordinal(count: number): string {
  const tens = count % 100;
  const suffix = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${suffix}`;
}
