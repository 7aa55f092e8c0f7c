import type { Clock } from "@pawl/hooks/guard";
import type { Flow, Isolation, NodeStep, Step } from "../definition/flow.ts";
import type { RunScope } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import type { RunStore } from "../durability/store.ts";
import type { FunctionSet } from "../expression/function-set.ts";
import type { ChainedHook } from "../hooks/hook-chain.ts";
import type { ToolUseHost } from "../hooks/tool-use.ts";
import type { JsonObject } from "../json.ts";
import type { Masker } from "../masking/masker.ts";
import type { Secrets } from "../masking/secrets.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { Settled, StepEntry, Values } from "./scope/values.ts";

/** What an engine lends to every run it executes. */
export interface Host {
  readonly projectDir: string;
  readonly store: RunStore;
  readonly nodes: NodeRegistry;
  readonly clock: Clock;
  /** The environment the engine was made with. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether `.env` and the files of `dotenv:` are read. */
  readonly envFiles: boolean;
  readonly secrets: Secrets;
  /** Nothing when no lifecycle hooks of agents meet the steps. */
  readonly toolUse: ToolUseHost | undefined;
  /** What plugins add to expressions. */
  readonly functions: FunctionSet | undefined;
  /** The hooks that a step of this flow meets, outermost first. */
  hooksFor(flow: Flow): readonly ChainedHook[];
  /** The same node, run in a thread or process of its own. */
  isolated(definition: NodeDefinition, how: Isolation): Promise<NodeDefinition>;
  /** The definition that a run keeps, parsed. */
  definitionOf(run: RunRecord): Flow | Promise<Flow>;
  /** Starts (or finds) the run that stands for a sub-flow step and executes it; resolves when it has ended. */
  runSubFlow(call: SubFlowCall): Promise<RunRecord>;
}

export interface SubFlowCall {
  readonly flow: string;
  readonly inputs: JsonObject;
  readonly parent: RunRecord;
  readonly recordId: string;
  readonly signal: AbortSignal;
  /** What the parent knows to be secret, so that it is masked in the sub-flow too. */
  readonly secrets?: readonly string[];
}

/** One run in execution: what stays the same from its first step to its last. */
export interface Execution {
  readonly host: Host;
  readonly run: RunRecord;
  readonly flow: Flow;
  readonly hooks: readonly ChainedHook[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly masker: Masker;
  /** Containers reach the navigator through this, because it reaches them. */
  readonly runSequence: (frame: Frame, steps: readonly Step[]) => Promise<Course>;
}

/** How a sequence came out: its steps are through, a `next: end` ended the run, or a step stopped it. */
export type Course =
  | { readonly kind: "done" }
  | { readonly kind: "end" }
  | { readonly kind: "stopped"; readonly by: Settled };

/** How one step came out; `end` when a `next` inside it ended the run. */
export type Passage = Settled | "end";

/** One sequence of steps: the flow's own, or that of a container. */
export interface Frame {
  readonly execution: Execution;
  readonly scope: RunScope;
  /** Ends the steps: cancellation, shutdown, a deadline of the run or of a container. */
  readonly signal: AbortSignal;
  readonly values: Values;
  /** Before the ids of its records: nothing, `group.`, `each[0].` */
  readonly prefix: string;
  /** The containers around it, outermost first. */
  readonly path: readonly string[];
  /** Where its steps have their entries. */
  readonly place: StepEntry;
  readonly visits: Map<string, number>;
}

/** A step at one of its records. */
export interface At<S extends Step = NodeStep> {
  readonly frame: Frame;
  readonly step: S;
  readonly recordId: string;
}
