import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "../durability/sqlite-store.ts";
import { createEngine } from "../engine/create-engine.ts";
import type { ExpressionFunction } from "../expression/expression-function.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { Json, JsonObject } from "../json.ts";
import { type NodeDefinition, type NodeResult, node } from "../nodes/node.ts";
import type { InputCollector, WantedInput } from "../questions/input-collector.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import { askCollector } from "./ask-collector.ts";
import { type CollectedEvent, type CollectOptions, collectEvents } from "./collect-events.ts";
import { evaluateText } from "./evaluate-text.ts";
import { runStep, type StepOutcome } from "./run-step.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

export interface TestHarnessOptions {
  /** Default: an empty folder, which is gone after `close()`. */
  readonly projectDir?: string;
  /** What expressions and nodes see of the environment. Default: nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunNodeOptions {
  /** Further keys of the step: `timeout`, `retry`, `env`. */
  readonly settings?: JsonObject;
  /** Step hooks that it meets. */
  readonly hooks?: readonly StepExecutionHook[];
}

export interface RunHookOptions {
  /** The step's `with`. Default: empty. */
  readonly input?: JsonObject;
  /** What the node gives; one that throws makes the step fail. Default: nothing. */
  readonly node?: () => Json | NodeResult | undefined;
  /** Further keys of the step, such as `cache`. */
  readonly settings?: JsonObject;
}

export interface HookOutcome extends StepOutcome {
  /** False when the hook answered in place of the node. */
  readonly ranNode: boolean;
}

/** Runs the parts of a plugin the way Pawl runs them: same validation, same guard, same store, in memory. */
export interface TestHarness {
  readonly clock: TestClock;
  readonly projectDir: string;
  /** Runs a node as the only step of a flow. `input` is its `with`. */
  // biome-ignore lint/suspicious/noExplicitAny: the input differs from node to node, and its schema checks it.
  runNode(definition: NodeDefinition<any>, input?: JsonObject, options?: RunNodeOptions): Promise<StepOutcome>;
  /**
   * The first `count` events of a trigger. Each has its run before the next is asked for; the trigger is stopped as soon as the
   * last one has. State and known event ids are kept from one call to the next, as across a restart.
   * @throws TriggerError when its input is refused; what the trigger throws
   */
  collect(
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    definition: TriggerDefinition<any>,
    input: JsonObject,
    count: number,
    options?: CollectOptions,
  ): Promise<readonly CollectedEvent[]>;
  /** Lets a hook meet a step. */
  runHook(hook: StepExecutionHook, options?: RunHookOptions): Promise<HookOutcome>;
  /** The value of a text with `${{ … }}` in it, with these functions of the plugin and these inputs of a run. */
  evaluate(text: string, options?: EvaluateOptions): Promise<Json>;
  /**
   * Asks an input collector for a value, as `pawl run` does. Undefined when it does not know, failed, or gave something else than
   * what was asked for; `log` says which.
   */
  ask(
    collector: InputCollector,
    wanted: AskOptions,
  ): Promise<{ readonly value: Json | undefined; readonly log: readonly string[] }>;
  close(): Promise<void>;
}

export interface EvaluateOptions {
  readonly functions?: readonly ExpressionFunction[];
  readonly inputs?: JsonObject;
}

/** What is asked for. Default: a text that is an input of a run. */
export type AskOptions = Pick<WantedInput, "name"> & Partial<WantedInput>;

/** Makes a harness. Close it when the test has ended. */
export function createTestHarness(options: TestHarnessOptions = {}): TestHarness {
  const { env = {} } = options;
  const ownDir = options.projectDir === undefined ? mkdtempSync(join(tmpdir(), "pawl-harness-")) : undefined;
  const projectDir = realpathSync(ownDir ?? options.projectDir!);
  const store = createMemoryStore();
  const clock = createTestClock();
  const engineWith = (nodes: readonly NodeDefinition[], hooks: readonly StepExecutionHook[]) =>
    createEngine({ projectDir, store, nodes, hooks, env, clock });
  return {
    clock,
    projectDir,
    runNode: (definition, input = {}, { settings, hooks = [] } = {}) =>
      runStep(engineWith([definition], hooks), { uses: definition.name, input, settings }),
    collect: (definition, input, count, more = {}) =>
      collectEvents(definition, input, count, { ...more, engine: engineWith([], []), projectDir, clock, env }),
    async runHook(hook, { input = {}, node: run = () => undefined, settings } = {}) {
      let ranNode = false;
      const probe = node({
        name: "harness.node",
        input: { "~standard": { version: 1, vendor: "pawl", validate: (value) => ({ value }) } },
        run() {
          ranNode = true;
          return run();
        },
      });
      const outcome = await runStep(engineWith([probe], [hook]), { uses: probe.name, input, settings });
      return { ...outcome, ranNode };
    },
    evaluate: (text, more = {}) => evaluateText(text, more, env),
    ask: (collector, wanted) => askCollector(collector, wanted, { projectDir, env }),
    async close() {
      await store.close();
      if (ownDir !== undefined) rmSync(ownDir, { recursive: true, force: true });
    },
  };
}
