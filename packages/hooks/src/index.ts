// What is exported here is public.
export { type Diagnostic, hasErrors } from "./diagnostics/index.ts";
export {
  type BreakerChange,
  type BreakerStatus,
  blocksOnFailure,
  CircuitBreaker,
  type CircuitBreakerConfig,
  EligibilityError,
  type FailurePolicy,
  type GuardContext,
  type GuardedCall,
  type GuardOptions,
  guard,
  type HookRequirements,
  logGuardCalls,
  type Outcome,
  onGuardCall,
  type SkipReason,
} from "./guard/index.ts";
