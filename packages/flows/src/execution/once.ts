import type { Step } from "../definition/flow.ts";
import { approve } from "./approval.ts";
import type { At, Passage } from "./execution.ts";
import { runGroup } from "./group.ts";
import { recordEnd } from "./outright.ts";
import { runParallel } from "./parallel.ts";
import { runRecord } from "./record.ts";
import { runSubFlow } from "./sub-flow.ts";

/** One execution of a step under one record id: after its approval, by its kind. */
export async function runOnce(at: At<Step>): Promise<Passage> {
  const { frame, step, recordId } = at;
  if (step.approval !== undefined && !frame.scope.hasEnded(recordId)) {
    const refusal = await approve(at, step.approval);
    if (refusal) return recordEnd(frame, step, recordId, refusal);
  }
  switch (step.kind) {
    case "node":
      return runRecord({ frame, step, recordId });
    case "group":
      return runGroup({ frame, step, recordId });
    case "parallel":
      return runParallel({ frame, step, recordId });
    case "flow":
      return runSubFlow({ frame, step, recordId });
  }
}
