import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Template } from "../expression/template.ts";
import type { Json } from "../json.ts";
import type { InputType } from "./input-type.ts";

/** Where a part of a flow stands in its file. Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A flow file after parsing and validation. `hash` identifies the text; a run keeps both. */
export interface Flow {
  readonly name: string;
  readonly file: string | undefined;
  readonly text: string;
  readonly hash: string;
  readonly description: string | undefined;
  /** Values are strings and may hold expressions over `env`, `vars` and `inputs`. */
  readonly env: Readonly<Record<string, Template>>;
  readonly dotenv: readonly string[];
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly inputs: Readonly<Record<string, FlowInput>>;
  readonly triggers: readonly FlowTrigger[];
  readonly concurrency: Concurrency;
  readonly timeoutMs: number | undefined;
  readonly steps: readonly Step[];
  readonly finally: readonly Step[];
  readonly outputs: Readonly<Record<string, Template>>;
  readonly retention: Retention;
  /** Names of step hooks that apply to this flow beside the global ones. */
  readonly hooks: readonly string[];
}

export type SecretSource = { readonly env: string } | { readonly file: string } | { readonly command: string };

export interface FlowInput {
  readonly type: InputType;
  readonly description: string | undefined;
  readonly default: Json | undefined;
  readonly required: boolean;
  readonly choices: readonly Json[] | undefined;
  readonly secret: boolean;
}

export interface FlowTrigger {
  /** Unique within the flow: the written `id`, else the name of the trigger, `#2` and so on for further ones. */
  readonly id: string;
  readonly uses: string;
  readonly with: Template;
  readonly position: Position;
}

/** How many runs of the flow go on at once, and what happens to the next one. Default: 16, queue. */
export interface Concurrency {
  readonly limit: number;
  readonly key: Template | undefined;
  readonly overflow: "queue" | "drop" | "replace";
}

export interface Retention {
  readonly runs: number;
  readonly days: number;
}

/** What every kind of step has. Durations are milliseconds. */
export interface StepBase {
  readonly id: string;
  readonly position: Position;
  readonly if: Template | undefined;
  /** A list, or an expression that gives one. */
  readonly loop: Template | undefined;
  readonly maxParallel: number;
  readonly while: Template | undefined;
  /** A step id, `end`, an expression, or a map with `target`. */
  readonly next: Template | undefined;
  /** Visits allowed; 0 = no limit. Default: 1000. */
  readonly maxVisits: number;
  readonly continueOnError: boolean;
  readonly approval: Approval | undefined;
  readonly retry: Retry | undefined;
  readonly timeoutMs: number | undefined;
  readonly env: Readonly<Record<string, Template>>;
}

export interface NodeStep extends StepBase {
  readonly kind: "node";
  readonly uses: string;
  readonly with: Template;
  readonly cache: { readonly key: Template | undefined; readonly ttlMs: number | undefined } | undefined;
  readonly isolate: Isolation | undefined;
}

/** Where the node runs apart from all else. */
export interface Isolation {
  readonly in: "worker" | "process";
  /** Megabytes of its heap. Default: what Node takes. */
  readonly memoryMb: number | undefined;
}

export interface GroupStep extends StepBase {
  readonly kind: "group";
  readonly steps: readonly Step[];
}

export interface ParallelStep extends StepBase {
  readonly kind: "parallel";
  readonly steps: readonly Step[];
  /** Children at once; 0 = all. */
  readonly max: number;
}

export interface SubFlowStep extends StepBase {
  readonly kind: "flow";
  readonly flow: Template;
  readonly with: Template;
}

export type Step = NodeStep | GroupStep | ParallelStep | SubFlowStep;

export interface Approval {
  readonly message: Template | undefined;
  readonly approvers: readonly string[];
  readonly expiresMs: number | undefined;
}

/** Delays are milliseconds. `attempts` counts the first one. */
export interface Retry {
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly backoffFactor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
  readonly on: readonly string[];
}

/** A parsed file: `flow` is there when nothing but warnings was found. */
export interface ParsedFlow {
  readonly file: string | undefined;
  readonly flow: Flow | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
