import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { RunBody } from "../durability/durability.ts";
import type { Host } from "../execution/execution.ts";
import { createRunBody } from "../execution/run-body.ts";
import type { StepMetrics } from "../hooks/step-metrics.ts";
import { isolateNodes } from "../isolate/isolate-nodes.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { Definitions } from "./definitions.ts";
import type { EngineCode, EngineOptions } from "./engine.ts";
import { createHookSets } from "./hook-sets.ts";

/** What stays the same when code is renewed. */
type Surroundings = Omit<Host, "nodes" | "hooksFor" | "functions" | "definitionOf" | "isolated">;

/** The interpreter with the newest code of a project. */
export class NewestCode {
  /** Executes a run with the code that is the newest when it begins. */
  readonly body: RunBody;
  readonly metrics: StepMetrics;
  readonly diagnostics: readonly Diagnostic[];
  readonly #options: EngineOptions;
  readonly #surroundings: Surroundings;
  readonly #definitions: Definitions;
  #nodes: NodeRegistry;
  #newest: RunBody;

  constructor(options: EngineOptions, nodes: NodeRegistry, surroundings: Surroundings, definitions: Definitions) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#definitions = definitions;
    const hooks = createHookSets(options, nodes);
    this.metrics = hooks.metrics;
    this.diagnostics = hooks.diagnostics;
    this.#nodes = nodes;
    this.#newest = this.#bodyWith(nodes, hooks.of, options.functions);
    this.body = (run, scope) => this.#newest(run, scope);
  }

  get nodes(): NodeRegistry {
    return this.#nodes;
  }

  renew({ registry, hooks: global, functions }: EngineCode): void {
    const { metrics } = this;
    const hooks = createHookSets({ ...this.#options, hooks: global, metrics }, registry);
    this.#definitions.renew(functions);
    this.#nodes = registry;
    this.#newest = this.#bodyWith(registry, hooks.of, functions);
  }

  #bodyWith(nodes: NodeRegistry, hooksFor: Host["hooksFor"], functions: Host["functions"]): RunBody {
    const definitions = this.#definitions;
    return createRunBody({
      ...this.#surroundings,
      nodes,
      hooksFor,
      functions,
      // Threads and processes that wait for work have the code that was: new ones take their place.
      isolated: isolateNodes({ projectDir: this.#surroundings.projectDir, program: this.#options.isolateProgram }),
      definitionOf: (run) => definitions.of(run),
    });
  }
}
