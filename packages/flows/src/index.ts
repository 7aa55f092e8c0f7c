// What is exported here is public.

export type { Flow, ParsedFlow, Step } from "./definition/flow.ts";
export { hashOf, type ParseOptions, parseFlow } from "./definition/parse-flow.ts";
export {
  type Durability,
  type RunBody,
  RunCancelled,
  type RunFilter,
  RunInterrupted,
  type RunOutcome,
  type RunScope,
  type StartedRun,
  type StartOptions,
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
export type { Lease, Leases, Pruned, Retention, RetentionRule, StateStore, Store } from "./durability/store.ts";
export type { EventLimits } from "./events/event-budget.ts";
export type { EventLog, EventType, LoggedEvent, NewEvent } from "./events/event-log.ts";
export { type CompiledTemplate, compileTemplate, prepareTemplates } from "./expression/compile-template.ts";
export { type ExpressionCode, ExpressionError } from "./expression/expression-error.ts";
export type { ExpressionScope, Template } from "./expression/template.ts";
export { isTruthy } from "./expression/truthy.ts";
export type { Json, JsonObject } from "./json.ts";
