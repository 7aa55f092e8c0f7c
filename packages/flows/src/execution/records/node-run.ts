import type { StepAttempt } from "../../durability/durability.ts";
import type { AttemptRecord } from "../../durability/records.ts";
import type { StepInputs } from "../../hooks/step-hook.ts";
import type { ToolUse, ToolUseHost } from "../../hooks/tool-use.ts";
import type { Json } from "../../json.ts";
import { type Ask, type AskedInput, type NodeDefinition, NodeResult } from "../../nodes/node.ts";
import { problemOf } from "../../questions/read-answer.ts";
import { runAttempts } from "../attempts/attempts.ts";
import { invoke } from "../attempts/invoke.ts";
import type { StepContext } from "../attempts/step-context.ts";
import type { At } from "../execution.ts";
import { failure, faultOf } from "../failure.ts";
import { checkInterruption, failureOfAbort } from "../interruption.ts";
import { awaitSignal, decide } from "./approval.ts";
import { validateInputs } from "./step-inputs.ts";

/** A node on its way to its result. */
export interface NodeRun {
  readonly at: At;
  readonly definition: NodeDefinition;
  readonly durable: StepAttempt;
  readonly context: StepContext;
  readonly inputs: StepInputs;
  /** The attempt that gave the result; nothing when it came to none. */
  last: AttemptRecord | undefined;
}

/** What is innermost: the lifecycle hooks of agents, if there are any, around the node and its attempts. */
export async function runNode(node: NodeRun): Promise<NodeResult> {
  const { toolUse } = node.at.frame.execution.host;
  return toolUse === undefined ? attempt(node, node.inputs) : useTool(node, toolUse);
}

async function useTool(node: NodeRun, host: ToolUseHost): Promise<NodeResult> {
  const { at, context, inputs } = node;
  const use: ToolUse = { context, step: at.step, inputs, note: (said) => context.append("hooks-ran", said) };
  try {
    const verdict = (await host.before(use)) ?? { decision: "allow" };
    if (verdict.decision === "deny") return failed("denied", verdict.reason);
    if (verdict.decision === "ask") {
      const refusal = await decide(at, { message: verdict.message, asker: "use" });
      if (refusal) return new NodeResult({ status: "failed", error: refusal.error! });
    }
    const changed = verdict.inputs ?? inputs;
    const result = await attempt(node, changed);
    await host.after({ ...use, inputs: changed }, result);
    return result;
  } catch (error) {
    checkInterruption(at.frame.signal);
    return new NodeResult({ status: "failed", error: faultOf(error).failure });
  }
}

async function attempt(node: NodeRun, inputs: StepInputs): Promise<NodeResult> {
  const { at, definition, durable, context } = node;
  const checked = await validateInputs(definition, at.step, inputs, { areChanged: inputs !== node.inputs });
  if ("failure" in checked) return new NodeResult({ status: "failed", error: checked.failure });
  const call = { at, definition, input: checked.input, context };
  const { result, last } = await runAttempts(at, durable, (number) => invoke(call, number));
  node.last = last;
  return result.status === "suspended" ? resumed(node, result, definition.ask?.(checked.input)) : result;
}

/** A node that suspends its step gets its output from outside: a decision, or the value that `inputSignal(recordId)` brings. */
async function resumed({ at }: NodeRun, suspended: NodeResult, ask: Ask | undefined): Promise<NodeResult> {
  if (ask?.kind === "approval") {
    const { message, approvers = [], expiresMs } = ask;
    const refusal = await decide(at, { message, approval: { approvers, expiresMs }, ...askerOf(at) });
    if (refusal) return new NodeResult({ status: "failed", error: refusal.error! });
    return new NodeResult({ status: "success", output: { approved: true } });
  }
  const { signal } = at.frame;
  const value = await awaitSignal(at, {
    kind: "input",
    message: ask?.message ?? suspended.output,
    input: ask?.input,
    ...askerOf(at),
  });
  if (value !== undefined) return given(value, ask?.input);
  checkInterruption(signal);
  return new NodeResult({ status: "failed", error: failureOfAbort(signal.reason) });
}

/** A step that was approved before asks a second time, for its node. */
function askerOf({ step }: At): { readonly asker?: string } {
  return step.approval === undefined ? {} : { asker: "node" };
}

/** Whoever sends a value has checked it; it is checked again because a signal can come from anywhere. */
function given(value: Json, input: AskedInput | undefined): NodeResult {
  const problem = input && problemOf(value, input);
  if (problem === undefined) {
    return new NodeResult({ status: "success", output: value, isSecret: input?.secret === true });
  }
  return new NodeResult({ status: "failed", error: failure("invalid-input", `The value that was given ${problem}.`) });
}

function failed(code: "denied", message: string): NodeResult {
  return new NodeResult({ status: "failed", error: failure(code, message) });
}
