import { formatDuration, guard } from "@pawl/hooks/guard";
import type { SubFlowStep } from "../../definition/flow.ts";
import type { StepAttempt, StepEnd } from "../../durability/durability.ts";
import type { RunRecord } from "../../durability/records.ts";
import type { JsonObject } from "../../json.ts";
import { NodeResult } from "../../nodes/node.ts";
import { failureOf, runAttempts, type Tried } from "../attempts/attempts.ts";
import { failed } from "../attempts/invoke.ts";
import type { At, SubFlowCall } from "../execution.ts";
import { failure, faultOf } from "../failure.ts";
import { checkInterruption, failureOfAbort } from "../interruption.ts";
import { settledOf } from "../records/outright.ts";
import { withStepEnv } from "../scope/step-env.ts";
import type { Settled } from "../scope/values.ts";

/** A run of another flow; its output is the outputs of that run. A parent that is cut off finds the same run again. */
export async function runSubFlow(at: At<SubFlowStep>): Promise<Settled> {
  const { frame, step, recordId } = at;
  return settledOf(await frame.scope.step({ id: recordId, step: step.id }, (durable) => perform(at, durable)));
}

async function perform(at: At<SubFlowStep>, durable: StepAttempt): Promise<StepEnd> {
  const { result, last } = await runAttempts(at, durable, (number) => runChildRun(at, number));
  if (result.status === "success") {
    return {
      status: "completed",
      output: result.output,
      error: undefined,
      reason: undefined,
      hooks: [],
      attempt: last,
    };
  }
  const error = failureOf(result);
  const status = error.code === "cancelled" || error.code === "run-timeout" ? "cancelled" : "failed";
  return { status, output: result.output, error, reason: undefined, hooks: [], attempt: last };
}

async function runChildRun(at: At<SubFlowStep>, number: number): Promise<Tried> {
  const { frame, step, recordId } = at;
  let call: Omit<SubFlowCall, "signal">;
  try {
    const { values } = withStepEnv(frame, step);
    const inputs = step.with.evaluate(values) as JsonObject;
    const child = number === 1 ? recordId : `${recordId}/${number}`;
    call = { flow: String(step.flow.evaluate(values)), inputs, parent: frame.execution.run, recordId: child };
  } catch (error) {
    return failed(faultOf(error).failure, "permanent");
  }
  const outcome = await guard(({ signal }) => frame.execution.host.runSubFlow({ ...call, signal }), {
    name: `flow ${call.flow}`,
    point: "sub-flow",
    timeoutMs: step.timeoutMs,
    signal: frame.signal,
    clock: frame.execution.host.clock,
  });
  checkInterruption(frame.signal);
  if (outcome.status === "ok") return readRun(outcome.value);
  if (outcome.status === "failed") return failed(faultOf(outcome.error).failure, faultOf(outcome.error).kind);
  if (outcome.status === "timeout") {
    return failed(failure("timeout", `It took longer than ${formatDuration(outcome.timeoutMs)}.`), "transient");
  }
  return failed(failureOfAbort(frame.signal.reason), "permanent");
}

function readRun(run: RunRecord): Tried {
  if (run.status === "completed") {
    return { result: new NodeResult({ status: "success", output: run.outputs }), kind: "permanent" };
  }
  const why = run.error === undefined ? "" : `: ${run.error.message}`;
  const error = failure("sub-flow-failed", `The run ${run.id} of flow "${run.flow}" ${run.status}${why}`);
  return failed(error, "transient", run.outputs);
}
