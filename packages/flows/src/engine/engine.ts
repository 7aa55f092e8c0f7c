import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Flow } from "../definition/flow.ts";
import type { StartedRun, Worker, WorkOptions } from "../durability/durability.ts";
import type { RunRecord, RunTrigger } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { JsonObject } from "../json.ts";
import type { NodeDefinition } from "../nodes/node.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly projectDir: string;
  readonly store: Store;
  /** Beside the built-in ones; the same name twice is an error naming both. */
  readonly nodes?: readonly NodeDefinition[];
  /** Global hooks, in order of registration. */
  readonly hooks?: readonly StepExecutionHook[];
  /** Flows by name, for `flow:` steps. Default: none. */
  readonly findFlow?: (name: string) => Flow | undefined;
  /** Default: this process's environment. Never changed. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly log?: Logger;
}

export interface StartOptions {
  readonly inputs?: JsonObject;
  readonly vars?: JsonObject;
  /** Default: `manual`. */
  readonly trigger?: Partial<RunTrigger>;
  readonly idempotencyKey?: string;
}

/** Runs flows. Made by `createEngine`; several may share one store. */
export interface Engine {
  readonly store: Store;
  /**
   * Durably queues a run.
   * @throws InputError when an input is missing or of the wrong type
   */
  start(flow: Flow, options?: StartOptions): Promise<StartedRun>;
  /** Executes queued and abandoned runs until closed. */
  work(options?: WorkOptions): Worker;
  /** Starts a run and executes it here; resolves with the ended (or waiting) run. */
  run(flow: Flow, options?: StartOptions & { readonly signal?: AbortSignal }): Promise<RunRecord>;
  /** Takes over a run whose owner is dead, and executes it here. */
  resume(runId: string, options?: { readonly signal?: AbortSignal }): Promise<RunRecord>;
}
