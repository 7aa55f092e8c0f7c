import { expect, expectTypeOf, test } from "vitest";
import type {
  AsyncHookOutput,
  BaseHookInput,
  BreakerStatus,
  CircuitBreakerConfig,
  CompactTriggerType,
  ConfigChangeSource,
  HookCallback,
  HookDecision,
  HookInput,
  HookManifest,
  HookOutput,
  HookReport,
  HookRequirements,
  HookSpecificOutput,
  PermissionDecision,
  PermissionLevel,
  PermissionRequestDecision,
  PermissionUpdate,
  SessionStartSource,
  SetupTrigger,
  SyncHookOutput,
  Verdict,
} from "../src/index.ts";
import * as hooks from "../src/index.ts";

type SeedTypes = [
  AsyncHookOutput,
  BaseHookInput,
  BreakerStatus,
  CircuitBreakerConfig,
  CompactTriggerType,
  ConfigChangeSource,
  HookCallback,
  HookDecision,
  HookInput,
  HookManifest,
  HookOutput,
  HookReport,
  HookRequirements,
  HookSpecificOutput,
  PermissionDecision,
  PermissionLevel,
  PermissionRequestDecision,
  PermissionUpdate,
  SessionStartSource,
  SetupTrigger,
  SyncHookOutput,
  Verdict,
];

test("the names of the seed are public", () => {
  const values = [
    "CircuitBreaker",
    "EligibilityError",
    "HookCallbackMatcher",
    "HookDiscovery",
    "HookError",
    "HookEvent",
    "HookRegistry",
    "eventName",
    "guard",
    "hookFn",
    "toolName",
  ];
  expect(Object.keys(hooks)).toEqual(expect.arrayContaining(values));
  expectTypeOf<SeedTypes[number]>().not.toBeAny();
});
