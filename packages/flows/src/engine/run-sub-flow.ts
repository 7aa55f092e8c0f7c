import type { Flow } from "../definition/flow.ts";
import type { Durability } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import type { SubFlowCall } from "../execution/execution.ts";
import { isInterruption } from "../execution/interruption.ts";
import { NodeError } from "../nodes/node.ts";
import { recordTraceparent } from "../trace/run-trace.ts";
import type { EngineOptions } from "./engine.ts";
import { InputError } from "./input-error.ts";
import type { StartRun } from "./new-run.ts";

export interface SubFlowParts {
  readonly durability: Durability;
  readonly findFlow: EngineOptions["findFlow"];
  readonly start: StartRun;
}

/**
 * Starts the run of a sub-flow step, or finds the one that an earlier life of the parent started, and waits for its end.
 * The worker that executes the parent executes it too. It is cancelled with its parent.
 */
export function createSubFlowRunner(parts: SubFlowParts): (call: SubFlowCall) => Promise<RunRecord> {
  return async ({ flow: name, inputs, parent, recordId, signal, secrets }) => {
    const flow = await parts.findFlow?.(name);
    if (!flow) throw new NodeError(`No flow is called "${name}".`, { code: "unknown-flow" });
    const runId = await startChild(parts, flow, { inputs, parent, recordId, secrets });
    try {
      return await parts.durability.ended(runId, signal);
    } catch (error) {
      if (!signal.aborted || isInterruption(signal.reason)) throw error;
      await parts.durability.cancel(runId, "The run that started it has ended this step.");
      return parts.durability.ended(runId);
    }
  };
}

async function startChild(
  { start }: SubFlowParts,
  flow: Flow,
  { inputs, parent, recordId, secrets }: Omit<SubFlowCall, "flow" | "signal">,
): Promise<string> {
  try {
    const started = await start(flow, {
      inputs,
      vars: parent.vars,
      trigger: {
        type: "flow",
        payload: inputs,
        event: { flow: parent.flow, run_id: parent.id, record: recordId },
        traceparent: recordTraceparent(parent, recordId),
      },
      idempotencyKey: `${parent.id}:${recordId}`,
      ...(secrets === undefined ? {} : { secrets }),
      parent: { runId: parent.id, recordId },
    });
    if (!started.dropped) return started.runId;
  } catch (error) {
    if (error instanceof InputError) throw new NodeError(error.message, { code: "invalid-input", cause: error });
    throw error;
  }
  throw new NodeError(`The flow "${flow.name}" has enough runs, and its overflow policy drops this one.`, {
    code: "sub-flow-failed",
  });
}
