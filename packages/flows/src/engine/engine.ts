import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Flow } from "../definition/flow.ts";
import type { StartedRun, Worker, WorkOptions } from "../durability/durability.ts";
import type { RunRecord, RunTrigger } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { FunctionSet } from "../expression/function-set.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { StepMetrics } from "../hooks/step-metrics.ts";
import type { ToolUseHost } from "../hooks/tool-use.ts";
import type { JsonObject } from "../json.ts";
import type { Secrets } from "../masking/secrets.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly projectDir: string;
  readonly store: Store;
  /** Beside the built-in ones; the same name twice is an error naming both. */
  readonly nodes?: readonly NodeDefinition[];
  /** All nodes, for who has made a registry of them already. Then `nodes` is not read. */
  readonly registry?: NodeRegistry;
  /** Global hooks, in order of registration. */
  readonly hooks?: readonly StepExecutionHook[];
  /** Hooks that meet only the steps of flows that name them in `hooks:`. `audit` is always among them. */
  readonly namedHooks?: Readonly<Record<string, StepExecutionHook>>;
  /** Writes every step of every flow into this file, as NDJSON. Default: `.pawl/audit.ndjson`, for flows that say `hooks: [audit]`. */
  readonly auditFile?: string;
  /** Lifecycle hooks of agents that meet the steps, for which each is the use of a tool. Default: none. */
  readonly toolUse?: ToolUseHost;
  /** Flows by name, for `flow:` steps. Default: none. */
  readonly findFlow?: (name: string) => Flow | undefined | Promise<Flow | undefined>;
  /** Default: this process's environment. Never changed. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether `.env` of the project and the files of `dotenv:` are read. Default: true. */
  readonly envFiles?: boolean;
  /** Default: those that flows declare. */
  readonly secrets?: Secrets;
  readonly clock?: Clock;
  /** The built file of a program that calls `serveNodes`, for steps that say `isolate`. Default: one that loads the project. */
  readonly isolateProgram?: string;
  /** What plugins add to expressions. */
  readonly functions?: FunctionSet | undefined;
  readonly log?: Logger;
}

export interface StartOptions {
  readonly inputs?: JsonObject;
  readonly vars?: JsonObject;
  /** Default: `manual`. */
  readonly trigger?: Partial<RunTrigger>;
  readonly idempotencyKey?: string;
}

/** What plugins bring to the execution of runs. */
export interface EngineCode {
  readonly registry: NodeRegistry;
  /** Global hooks, in order of registration. */
  readonly hooks: readonly StepExecutionHook[];
  readonly functions: FunctionSet;
}

/** How a run is executed in this process. */
export interface ExecuteOptions {
  /** Aborting it cancels the run. */
  readonly signal?: AbortSignal;
  /** Stay when the run waits for a person. Default: hand it back to the store, and resolve with the waiting run. */
  readonly untilEnded?: boolean;
}

/** Runs flows. Made by `createEngine`; several may share one store. */
export interface Engine {
  readonly store: Store;
  readonly nodes: NodeRegistry;
  readonly metrics: StepMetrics;
  /**
   * Durably queues a run.
   * @throws InputError when an input is missing or of the wrong type
   */
  start(flow: Flow, options?: StartOptions): Promise<StartedRun>;
  /** Executes queued and abandoned runs until closed: here, or in the processes of a pool. */
  work(options?: WorkOptions & { readonly pool?: WorkerPool | undefined }): Worker;
  /** Takes other code for what begins here from now on. What is being executed goes on with what it began with. */
  renew(code: EngineCode): void;
  /** Starts a run and executes it here; resolves with the ended (or waiting) run. */
  run(flow: Flow, options?: StartOptions & ExecuteOptions): Promise<RunRecord>;
  /**
   * Takes over a run whose owner is dead, or that waits, and executes it here. One that has ended is given as it is.
   * @throws RunNotFoundError, RunOwnedError
   */
  resume(runId: string, options?: ExecuteOptions): Promise<RunRecord>;
  /**
   * A new run of the definition, inputs, vars and trigger that an ended run keeps. What it recorded before the step is
   * reused; the step and all that comes after are executed here.
   * @throws RunNotFoundError, ReplayError
   */
  replay(runId: string, from: string, options?: ExecuteOptions): Promise<RunRecord>;
  /**
   * As `replay`, but only queues the new run: a worker executes it.
   * @throws RunNotFoundError, ReplayError
   */
  queueReplay(runId: string, from: string): Promise<QueuedReplay>;
}

export interface QueuedReplay {
  /** Empty when dropped. */
  readonly runId: string;
  readonly flow: string;
  /** The overflow policy refused it: nothing was queued. */
  readonly dropped: boolean;
}
