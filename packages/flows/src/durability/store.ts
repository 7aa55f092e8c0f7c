import type { EventLog } from "../events/event-log.ts";
import type { Json } from "../json.ts";
import type { Durability } from "./durability.ts";

/** Everything that one project remembers. Answers: SQLite (the default) and memory (tests, loses everything). */
export interface Store {
  readonly durability: Durability;
  readonly events: EventLog;
  readonly state: StateStore;
  readonly leases: Leases;
  close(): Promise<void>;
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
