import type { Concurrency } from "../definition/flow.ts";
import type { Failure } from "../durability/records.ts";

/**
 * `failed` waits for a change of its flow; `backing-off` is started again by itself; `waiting-for-lease` means that
 * another server runs it.
 */
export type TriggerHealth = "starting" | "running" | "backing-off" | "failed" | "waiting-for-lease" | "stopped";

/** How one trigger of one flow is. Times are milliseconds since 1970. */
export interface TriggerStatus {
  readonly flow: string;
  /** The trigger's id within its flow. */
  readonly id: string;
  readonly uses: string;
  readonly health: TriggerHealth;
  /** What becomes of an event when the flow has its limit of runs. */
  readonly overflow: Concurrency["overflow"];
  /** In the trigger's own words: its schedule, its path. */
  readonly description: string | undefined;
  readonly nextFiringAt: number | undefined;
  readonly lastFiredAt: number | undefined;
  /** The last run it started. */
  readonly lastRunId: string | undefined;
  readonly lastError: (Failure & { readonly at: number }) | undefined;
  /** Why the last event that got no run got none. */
  readonly lastDropped: (Failure & { readonly at: number }) | undefined;
  /** When it is started again, while it is backing off. */
  readonly retryAt: number | undefined;
  readonly counts: TriggerCounts;
}

/** Since this server started. */
export interface TriggerCounts {
  /** Runs started. */
  readonly fired: number;
  /** Events that were known already. */
  readonly duplicate: number;
  /** Events without a run: the flow's overflow policy or its inputs refused them, or they came faster than they were taken. */
  readonly dropped: number;
  /** Times that it failed and was started again. */
  readonly restarts: number;
}
