import type { NodeStep } from "../../definition/flow.ts";
import type { StepAttempt, StepEnd } from "../../durability/durability.ts";
import type { AttemptRecord, Failure } from "../../durability/records.ts";
import { type Met, runThroughHooks } from "../../hooks/hook-chain.ts";
import type { StepInputs } from "../../hooks/step-hook.ts";
import { isolationOf } from "../../isolate/apart.ts";
import { type NodeDefinition, NodeResult } from "../../nodes/node.ts";
import { failureOf } from "../attempts/attempts.ts";
import { StepContext } from "../attempts/step-context.ts";
import type { At } from "../execution.ts";
import { failure, faultOf } from "../failure.ts";
import { checkInterruption } from "../interruption.ts";
import { withStepEnv } from "../scope/step-env.ts";
import { decide } from "./approval.ts";
import { type NodeRun, runNode } from "./node-run.ts";
import { resolveInputs } from "./step-inputs.ts";

/** What a record holds in the end: the inputs resolved, the hooks around the node, the node with its attempts. */
export async function perform(
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
  const { isolated } = at.frame.execution.host;
  const isolation = isolationOf(step.isolate, definition);
  const runnable = isolation === undefined ? definition : await isolated(definition, isolation);
  const node: NodeRun = { at: own, definition: runnable, durable, context, inputs, last: undefined };
  const met = await meetHooks(node);
  await context.children.end();
  checkInterruption(own.frame.signal);
  return endOf(met, node.last ?? { number: 1, startedAt, endedAt: context.clock.now(), error: undefined });
}

function meetHooks(node: NodeRun): Promise<Met> {
  const { at, context, inputs } = node;
  const { frame, step } = at;
  const onTrouble = (hook: string, error: string) => context.append("hook-failed", { hook, error });
  const meeting = { context, step, inputs, signal: frame.signal, clock: context.clock, onTrouble };
  return runThroughHooks(
    frame.execution.hooks,
    meeting,
    () => runNode(node),
    (suspended) => resume(node, suspended),
  );
}

/** A hook suspended the step: somebody decides, and then its own action runs. */
async function resume(node: NodeRun, suspended: NodeResult): Promise<NodeResult> {
  const message = suspended.error?.message ?? suspended.output;
  const refusal = await decide(node.at, { message, asker: "hook" });
  return refusal ? new NodeResult({ status: "failed", error: refusal.error! }) : runNode(node);
}

function endOf({ result, reports, answeredBy }: Met, attempt: AttemptRecord): StepEnd {
  const reason = answeredBy === undefined ? undefined : `answered by ${answeredBy}`;
  const common = {
    output: result.output,
    reason,
    hooks: reports,
    ...(result.isSecret ? { isSecret: true as const } : {}),
  };
  if (result.status === "success") {
    return { ...common, status: "completed", error: undefined, attempt: { ...attempt, error: undefined } };
  }
  const error = failureOf(result);
  const isCancelled = error.code === "cancelled" || error.code === "run-timeout";
  return { ...common, status: isCancelled ? "cancelled" : "failed", error, attempt: { ...attempt, error } };
}

function endedEarly({ frame }: At, startedAt: number, error: Failure): StepEnd {
  const attempt = { number: 1, startedAt, endedAt: frame.execution.host.clock.now(), error };
  return { status: "failed", output: null, error, reason: undefined, hooks: [], attempt };
}

function unknownNode({ frame, step }: At): Failure {
  const suggestion = frame.execution.host.nodes.suggest(step.uses);
  return failure("unknown-node", `No node is called "${step.uses}".${suggestion}`);
}
