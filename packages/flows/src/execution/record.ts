import type { NodeStep } from "../definition/flow.ts";
import type { StepAttempt, StepEnd } from "../durability/durability.ts";
import type { AttemptRecord } from "../durability/records.ts";
import { type Met, runThroughHooks } from "../hooks/hook-chain.ts";
import type { StepInputs } from "../hooks/step-hook.ts";
import { type NodeDefinition, NodeResult } from "../nodes/node.ts";
import { untilAborted } from "./abort.ts";
import { decide } from "./approval.ts";
import { failureOf, runAttempts } from "./attempts.ts";
import type { At } from "./execution.ts";
import { failure, faultOf } from "./failure.ts";
import { checkInterruption } from "./interruption.ts";
import { type Call, invoke } from "./invoke.ts";
import { settledOf } from "./outright.ts";
import { StepContext } from "./step-context.ts";
import { withStepEnv } from "./step-env.ts";
import { resolveInputs, validateInputs } from "./step-inputs.ts";
import type { Settled } from "./values.ts";

/** One record of a node step: made once, however often the process that makes it is cut off. */
export async function runRecord(at: At<NodeStep>): Promise<Settled> {
  const { frame, step, recordId } = at;
  const found = frame.execution.host.nodes.find(step.uses);
  const definition = found instanceof Promise ? await found : found;
  if (definition?.waitUntil) await waitFirst(at, definition);
  return settledOf(
    await frame.scope.step({ id: recordId, step: step.id }, (durable) => perform(at, definition, durable)),
  );
}

/** The pause that a node asks for stands before its step, because it outlives processes. */
async function waitFirst(at: At<NodeStep>, definition: NodeDefinition): Promise<void> {
  const { frame, step, recordId } = at;
  let until: number;
  try {
    const own = withStepEnv(frame, step);
    const checked = await validateInputs(definition, step, resolveInputs(own, step));
    if ("failure" in checked) return;
    until = definition.waitUntil!(checked.input, frame.execution.host.clock.now());
  } catch {
    // The step itself will fail for the same reason, and record it.
    return;
  }
  const sleepId = step.approval === undefined ? recordId : `${recordId}.wait`;
  await untilAborted(frame.scope.sleep(sleepId, until), frame.signal).catch((error) => {
    checkInterruption(frame.signal);
    if (!frame.signal.aborted) throw error;
  });
}

async function perform(
  at: At<NodeStep>,
  definition: NodeDefinition | undefined,
  durable: StepAttempt,
): Promise<StepEnd> {
  const { step } = at;
  const startedAt = at.frame.execution.host.clock.now();
  let own: At;
  let inputs: StepInputs;
  try {
    own = { ...at, frame: withStepEnv(at.frame, step) };
    inputs = resolveInputs(own.frame, step);
  } catch (error) {
    return endedEarly(at, startedAt, faultOf(error).failure);
  }
  if (!definition) return endedEarly(at, startedAt, unknownNode(at));
  const context = new StepContext(own, durable);
  let last: AttemptRecord | undefined;
  const node = async (): Promise<NodeResult> => {
    const checked = await validateInputs(definition, step, inputs);
    if ("failure" in checked) return new NodeResult({ status: "failed", error: checked.failure });
    const call: Call = { at: own, definition, input: checked.input, context };
    const attempted = await runAttempts(own, durable, (number) => invoke(call, number));
    last = attempted.last;
    return attempted.result;
  };
  const { frame } = own;
  const onTrouble = (hook: string, error: string) => context.append("hook-failed", { hook, error });
  const meeting = { context, step, inputs, signal: frame.signal, clock: context.clock, onTrouble };
  const met = await runThroughHooks(frame.execution.hooks, meeting, node, (result) => resume(own, result, node));
  checkInterruption(frame.signal);
  const attempt = last ?? { number: 1, startedAt, endedAt: context.clock.now(), error: met.result.error };
  return endOf(met, attempt);
}

/** A result that suspends the step: somebody decides, and then its own action runs. */
async function resume(at: At, suspended: NodeResult, node: () => Promise<NodeResult>): Promise<NodeResult> {
  const approval = { message: undefined, approvers: [], expiresMs: undefined };
  const refusal = await decide(at, { message: suspended.error?.message ?? suspended.output, approval });
  return refusal ? new NodeResult({ status: "failed", error: refusal.error! }) : node();
}

function endOf(met: Met, attempt: AttemptRecord): StepEnd {
  const { result, reports, answeredBy } = met;
  const reason = answeredBy === undefined ? undefined : `answered by ${answeredBy}`;
  const common = { output: result.output, reason, hooks: reports };
  if (result.status === "success")
    return { ...common, status: "completed", error: undefined, attempt: { ...attempt, error: undefined } };
  const error =
    result.status === "failed"
      ? failureOf(result)
      : failure("invalid-result", "The node suspended the step, and nobody can resume it.");
  const status = error.code === "cancelled" || error.code === "run-timeout" ? "cancelled" : "failed";
  return { ...common, status, error, attempt: { ...attempt, error } };
}

function endedEarly({ frame }: At, startedAt: number, error: { code: string; message: string }): StepEnd {
  const attempt = { number: 1, startedAt, endedAt: frame.execution.host.clock.now(), error };
  return { status: "failed", output: null, error, reason: undefined, hooks: [], attempt };
}

function unknownNode({ frame, step }: At): { code: string; message: string } {
  const suggestion = frame.execution.host.nodes.suggest(step.uses);
  return failure("unknown-node", `No node is called "${step.uses}".${suggestion}`);
}
