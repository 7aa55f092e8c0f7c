import type { Step } from "../../definition/flow.ts";
import { isTruthy } from "../../expression/truthy.ts";
import type { Frame, Passage } from "../execution.ts";
import { recordFailure, recordSkip } from "../records/outright.ts";
import { type Settled, type StepEntry, settle } from "../scope/values.ts";
import { runOnce } from "./once.ts";
import { currentId, enterVisit } from "./visit.ts";

/** The step again and again while its condition holds. Each pass is a visit; the output is that of the last one. */
export async function runPasses(frame: Frame, step: Step): Promise<Passage> {
  let last: Settled | undefined;
  for (;;) {
    let goesOn: boolean;
    try {
      goesOn = isTruthy(step.while!.evaluate(frame.values));
    } catch (error) {
      enterVisit(frame, step);
      return recordFailure(frame, step, error);
    }
    if (!goesOn) return last ?? skipped(frame, step);
    enterVisit(frame, step);
    const pass = await runOnce({ frame, step, recordId: currentId(frame, step) });
    if (pass === "end") return "end";
    last = pass;
    settle(frame.place[step.id] as StepEntry, pass, frame.visits.get(step.id) ?? 0);
    if (pass.status === "cancelled" || (pass.status === "failed" && !step.continueOnError)) return pass;
  }
}

function skipped(frame: Frame, step: Step): Promise<Passage> {
  enterVisit(frame, step);
  return recordSkip(frame, step, "while was false from the beginning");
}
