// What is exported here is public.
export {
  type Command,
  type CommandEnvironment,
  CommandError,
  type CommandErrorCode,
  type CommandHook,
  type CommandHookOptions,
  createCommandHook,
  createPersistentHook,
  type PersistentHookOptions,
} from "./command/index.ts";
export { type Diagnostic, hasErrors } from "./diagnostics/index.ts";
export type { HookDiagnosticCode } from "./discovery/codes.ts";
export { type FoundHook, HookDiscovery, type HookLayer, hookLayers } from "./discovery/discover.ts";
export type { HookManifest, ParsedManifest } from "./discovery/manifest.ts";
export { hookManifestSchema } from "./discovery/manifest-schema.ts";
export { parseHookManifest } from "./discovery/parse-manifest.ts";
export {
  type BaseHookInput,
  type CompactTriggerType,
  type ConfigChangeSource,
  eventName,
  type HookInput,
  type HookInputFor,
  type HookInputOf,
  type SessionStartSource,
  type SetupTrigger,
  toolName,
  toolUseId,
} from "./events/input.ts";
export { HookEvent, hookEvents, isHookEvent, lifecycleEvents } from "./events/names.ts";
export { type ParsedInput, parseHookInput } from "./events/parse-input.ts";
export { type BlockEffect, type EventRule, eventRules } from "./events/rules.ts";
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
export { type ClaudeAnswer, formatForClaude } from "./host/claude-format.ts";
export { type Fired, type FireOptions, fireHook } from "./host/fire.ts";
export { type HookSession, hookTools, sessionInput, type ToolRequest } from "./host/hook-tools.ts";
export { appendRecord, type HookRecord, readRecords, recordOf } from "./host/record.ts";
export { type Replayed, replayRecords } from "./host/replay.ts";
export { type HookStats, statsOf } from "./host/stats.ts";
export { ToolBlockedError } from "./host/tool-blocked-error.ts";
export { createWorktree, removeWorktree, type WorktreeOptions } from "./host/worktrees.ts";
export type { HookStatus, KnownHook } from "./loading/known-hook.ts";
export { type LoadedHooks, type LoadHooksOptions, loadHooks } from "./loading/load-hooks.ts";
export { type TrustedNow, trustHooks } from "./loading/trust-hooks.ts";
export { type LiveHooks, type LiveHooksOptions, watchHooks } from "./loading/watch.ts";
export {
  type AsyncHookOutput,
  type HookDecision,
  type HookOutput,
  type HookSpecificOutput,
  isAsyncOutput,
  type SyncHookOutput,
} from "./output/output.ts";
export { type OutputWarning, type ParsedOutput, parseHookOutput } from "./output/parse-output.ts";
export type {
  PermissionDecision,
  PermissionLevel,
  PermissionRequestDecision,
  PermissionUpdate,
} from "./output/permission.ts";
export type { AsyncHookResult } from "./registry/async-hooks.ts";
export type { Explanation } from "./registry/explain.ts";
export { HookError, type HookErrorCode } from "./registry/hook-error.ts";
export { type HookCallback, HookCallbackMatcher, type HookMatcher, hookFn } from "./registry/hook-matcher.ts";
export { HookRegistry, type HookRegistryOptions, type RunOptions } from "./registry/registry.ts";
export type { HookReport, Verdict, VerdictDecision } from "./verdict/verdict.ts";
