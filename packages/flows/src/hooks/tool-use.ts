import type { Json } from "../json.ts";
import type { NodeContext, NodeResult } from "../nodes/node.ts";
import type { HookedStep, StepInputs } from "./step-hook.ts";

/** A step as the use of a tool: the name of its node, and its inputs. */
export interface ToolUse {
  /** Of the step that uses it; from a worker process only these. */
  readonly context: Pick<NodeContext, "runId" | "recordId" | "signal" | "traceparent">;
  readonly step: Pick<HookedStep, "id" | "uses">;
  readonly inputs: StepInputs;
  /** Writes into the log of the run what hooks have said about it. */
  readonly note: (said: Json) => void;
}

export type ToolVerdict =
  | { readonly decision: "allow"; readonly inputs?: StepInputs }
  | { readonly decision: "deny"; readonly reason: string }
  /** A person decides. */
  | { readonly decision: "ask"; readonly message: string; readonly inputs?: StepInputs };

/**
 * Where the lifecycle hooks of agents meet flow steps: `PreToolUse` before a node, `PostToolUse` or `PostToolUseFailure`
 * after it. Innermost, once per record. It calls user code through the guard itself; what it throws fails the step.
 */
export interface ToolUseHost {
  before(use: ToolUse): Promise<ToolVerdict | undefined> | ToolVerdict | undefined;
  after(use: ToolUse, result: NodeResult): Promise<void> | void;
  /** Whether anything would meet a step now: a worker process asks only then. Default: always. */
  isUsed?(): boolean;
}
