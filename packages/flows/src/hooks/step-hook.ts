import type { NodeStep } from "../definition/flow.ts";
import type { Json } from "../json.ts";
import type { NodeContext, NodeResult } from "../nodes/node.ts";

/** What a hook sees of the step it meets; `with`, `env` and the rest are as written in the file. */
export type HookedStep = NodeStep;

/** Inputs as the node will get them. */
export type StepInputs = Readonly<Record<string, Json>>;

/**
 * Meets every step of every flow: `beforeExecute` in order, `afterExecute` in reverse for each hook whose before ran.
 * A hook that throws is logged and has no effect, unless it says `onError: "fail"`.
 */
export interface StepExecutionHook {
  readonly name?: string;
  /** High first; then the order of registration. Default: 0. */
  readonly priority?: number;
  readonly onError?: "continue" | "fail";
  /** How long each of its calls may take, in milliseconds. Default: 30000. */
  readonly timeoutMs?: number;
  /** Returning a result skips the node. */
  beforeExecute?(
    context: NodeContext,
    step: HookedStep,
    inputs: StepInputs,
  ): Promise<NodeResult | void> | NodeResult | void;
  /** Called once per record, whatever became of it. Returning a result replaces it. */
  afterExecute?(
    context: NodeContext,
    step: HookedStep,
    result: NodeResult,
  ): Promise<NodeResult | void> | NodeResult | void;
}
