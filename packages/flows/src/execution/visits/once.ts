import type { Step } from "../../definition/flow.ts";
import { runGroup } from "../containers/group.ts";
import { runParallel } from "../containers/parallel.ts";
import { runSubFlow } from "../containers/sub-flow.ts";
import type { At, Passage } from "../execution.ts";
import { approve } from "../records/approval.ts";
import { recordEnd } from "../records/outright.ts";
import { runRecord } from "../records/record.ts";

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
