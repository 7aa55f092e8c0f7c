// What is exported here is public.
export type { FlowTest, GivenAnswer, Mock, MockCall } from "../flow-tests/flow-test.ts";
export type { TestProblem } from "../flow-tests/judge.ts";
export { type ParsedFlowTests, parseFlowTests, type TestFileOptions } from "../flow-tests/read-test-file.ts";
export { type FlowTestResult, runFlowTest, type TestSurroundings } from "../flow-tests/run-flow-test.ts";
export { flowTestSchema } from "../flow-tests/test-schema.ts";
export { filesBeside, isTestFile, testFilesIn } from "../project/flow-files.ts";
export type { CollectedEvent, CollectOptions } from "./collect-events.ts";
export type { StepOutcome } from "./run-step.ts";
export type { TestClock } from "./test-clock.ts";
export {
  type AskOptions,
  createTestHarness,
  type EvaluateOptions,
  type HookOutcome,
  type RunHookOptions,
  type RunNodeOptions,
  type TestHarness,
  type TestHarnessOptions,
} from "./test-harness.ts";
