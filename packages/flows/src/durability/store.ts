import type { EventLog } from "../events/event-log.ts";
import type { Json } from "../json.ts";
import type { Durability } from "./durability.ts";

/** Everything that one project remembers. Answers: SQLite (the default) and memory (tests, loses everything). */
export interface Store {
  readonly durability: Durability;
  readonly events: EventLog;
  readonly state: StateStore;
  readonly leases: Leases;
  /** Takes out ended runs that are too old or too many, with all that belongs to them, and gives the space back. */
  prune(retention?: Retention): Promise<Pruned>;
  close(): Promise<void>;
}

/** What the interpreter needs of a store beside the scope of each run. */
export interface RunStore {
  readonly events: Pick<EventLog, "append">;
  readonly state: StateStore;
}

/** How long ended runs are kept. Runs that have not ended always are. */
export interface Retention extends RetentionRule {
  /** Days that a failed run is kept at least. Default: 90. */
  readonly failedDays?: number;
  /** What flows say for themselves, by name. */
  readonly flows?: Readonly<Record<string, RetentionRule>>;
}

export interface RetentionRule {
  /** The newest so many of a flow, and as many of its failed ones. Default: 10000. */
  readonly runs?: number;
  /** Those that ended within so many days. Default: 30. */
  readonly days?: number;
}

export interface Pruned {
  /** Runs taken out. */
  readonly runs: number;
}

/** Small durable maps by scope (`trigger:<flow>/<id>`, `cache`). A write is durable when it resolves. */
export interface StateStore {
  get(scope: string, key: string): Promise<Json | undefined>;
  /** `expiresAt`: milliseconds since 1970, after which `get` gives nothing. */
  set(scope: string, key: string, value: Json, options?: { readonly expiresAt?: number }): Promise<void>;
  delete(scope: string, key: string): Promise<void>;
}

/** Who alone may do something among several processes on one store. */
export interface Leases {
  /** The lease, renewed by itself until released, or nothing while another living owner has it. */
  acquire(name: string, ttlMs?: number): Promise<Lease | undefined>;
}

export interface Lease {
  /** Aborted when it could not be renewed in time: stop at once. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** The store cannot be opened: its folder is missing, its file is no database, it may not be read. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  readonly code = "store-unreadable";
}
