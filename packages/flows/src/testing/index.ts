// What is exported here is public.
export type { CollectedEvent, CollectOptions } from "./collect-events.ts";
export type { StepOutcome } from "./run-step.ts";
export type { TestClock } from "./test-clock.ts";
export {
  createTestHarness,
  type HookOutcome,
  type RunHookOptions,
  type RunNodeOptions,
  type TestHarness,
  type TestHarnessOptions,
} from "./test-harness.ts";
