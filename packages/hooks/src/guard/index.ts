// What is exported here is public.
export type { GuardContext } from "./call-context.ts";
export {
  type Admission,
  type BreakerChange,
  type BreakerStatus,
  type CallHealth,
  CircuitBreaker,
  type CircuitBreakerConfig,
} from "./circuit-breaker.ts";
export { type Clock, systemClock } from "./clock.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export {
  checkEligibility,
  type EligibilityCode,
  EligibilityError,
  type EligibilityOptions,
  eligibility,
  type HookRequirements,
} from "./eligibility.ts";
export { blocksOnFailure, type FailurePolicy } from "./failure-policy.ts";
export { type GrowingDelay, growingDelayMs } from "./growing-delay.ts";
export { type GuardedCall, guard } from "./guard.ts";
export type { GuardOptions } from "./guard-options.ts";
export { Histogram, labelValue } from "./histogram.ts";
export { createLogger, type Logger, type LogLevel, silentLogger } from "./logger.ts";
export { onAbort } from "./on-abort.ts";
export type { Outcome, SkipReason } from "./outcome.ts";
export { parseSize } from "./size.ts";
export {
  callTraceparent,
  currentTraceparent,
  detectTelemetry,
  type GuardListener,
  type GuardRecord,
  hasSpans,
  logGuardCalls,
  onGuardCall,
  reportGuardCall,
  underTrace,
} from "./telemetry.ts";
