// What is exported here is public.
export {
  type Durability,
  type RunBody,
  RunCancelled,
  type RunFilter,
  RunInterrupted,
  type RunOutcome,
  type RunScope,
  type StartedRun,
  type StepAttempt,
  type StepEnd,
  type StepStart,
  type Worker,
  type WorkOptions,
} from "./durability/durability.ts";
export type {
  AttemptRecord,
  Failure,
  NewRun,
  Owner,
  RunRecord,
  RunStatus,
  RunTrigger,
  StepRecord,
  StepStatus,
} from "./durability/records.ts";
export {
  createMemoryStore,
  type MemoryStoreOptions,
  openSqliteStore,
  type SqliteStoreOptions,
} from "./durability/sqlite-store.ts";
export type { Lease, Leases, StateStore, Store } from "./durability/store.ts";
export type { EventLimits } from "./events/event-budget.ts";
export type { EventLog, EventType, LoggedEvent, NewEvent } from "./events/event-log.ts";
export type { Json, JsonObject } from "./json.ts";
