import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Isolation } from "../definition/flow.ts";
import type { ExpressionFunction } from "../expression/expression-function.ts";
import { checkStepHook } from "../hooks/order-hooks.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { InputCollector } from "../questions/input-collector.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import { collectorProblem, definitionProblem, functionProblem } from "./check-parts.ts";
import type { PluginCode } from "./codes.ts";
import { isolationForms, readPluginIsolation } from "./plugin-isolation.ts";

/** A plugin as it is used: what was wrong in it has been left out and told. */
export interface LoadedPlugin {
  readonly name: string;
  /** The file from the project folder, or the package. */
  readonly source: string;
  readonly nodes: readonly NodeDefinition[];
  readonly triggers: readonly TriggerDefinition[];
  readonly hooks: readonly StepExecutionHook[];
  readonly inputCollectors: readonly InputCollector[];
  readonly functions: readonly ExpressionFunction[];
  /** What it says itself of where its nodes run. */
  readonly isolation: Isolation | undefined;
}

export interface CheckedPlugin {
  readonly plugin: LoadedPlugin;
  readonly diagnostics: readonly Diagnostic[];
}

const keys = ["name", "nodes", "triggers", "hooks", "inputCollectors", "functions", "isolate"];

/** Takes what is right of a plugin's export, and says what is not. */
export function checkPlugin(exported: unknown, place: { source: string; file: string }): CheckedPlugin {
  const { source, file } = place;
  const findings = new Findings(source, file);
  const given = asMap(exported);
  if (given === undefined) {
    findings.add(`${source} has no plugin: its default export should be definePlugin({ … }), and ${found(exported)}.`);
    return { plugin: emptyPlugin(source), diagnostics: findings.diagnostics };
  }
  findings.unknownKeys(given);
  const plugin = {
    name: typeof given.name === "string" ? given.name : source,
    source,
    nodes: findings.parts<NodeDefinition>(given, "nodes", (value) => definitionProblem(value, ["run"])),
    triggers: findings.parts<TriggerDefinition>(given, "triggers", (value) =>
      definitionProblem(value, ["run", "listen"]),
    ),
    hooks: findings.list(given, "hooks").filter((hook) => findings.isHook(hook)) as StepExecutionHook[],
    inputCollectors: findings.parts<InputCollector>(given, "inputCollectors", collectorProblem),
    functions: findings.parts<ExpressionFunction>(given, "functions", functionProblem),
    isolation: findings.isolation(given),
  };
  return { plugin, diagnostics: findings.diagnostics };
}

/** A plugin that brings nothing. */
export function emptyPlugin(source: string): LoadedPlugin {
  const none = { nodes: [], triggers: [], hooks: [], inputCollectors: [], functions: [], isolation: undefined };
  return { name: source, source, ...none };
}

function asMap(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function found(exported: unknown): string {
  if (exported === undefined) return "there is none";
  return `it is ${exported === null ? "null" : Array.isArray(exported) ? "a list" : `a ${typeof exported}`}`;
}

/** Collects what is wrong with one plugin. */
class Findings {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: string;
  readonly #file: string;

  constructor(source: string, file: string) {
    this.#source = source;
    this.#file = file;
  }

  add(message: string, severity: Diagnostic["severity"] = "error", code: PluginCode = "invalid-plugin"): void {
    this.diagnostics.push({ code, severity, message, file: this.#file });
  }

  unknownKeys(given: object): void {
    for (const key of Object.keys(given).filter((name) => !keys.includes(name))) {
      const suggestion = didYouMean(key, keys);
      this.add(`${this.#source}: a plugin has no "${key}".${suggestion} It has ${keys.join(", ")}.`, "warning");
    }
  }

  list(given: Record<string, unknown>, key: string): readonly unknown[] {
    const list = given[key] ?? [];
    if (Array.isArray(list)) return list;
    this.add(`${this.#source}: ${key} is a list; a ${typeof list} came.`);
    return [];
  }

  /** The members of a list in which there is nothing wrong. `problemOf` is read after "one of its nodes". */
  parts<Part>(
    given: Record<string, unknown>,
    key: string,
    problemOf: (value: unknown) => string | undefined,
  ): readonly Part[] {
    return this.list(given, key).filter((value): value is Part => {
      const problem = problemOf(value);
      if (problem !== undefined) this.add(`${this.#source}: one of its ${key} ${problem}.`);
      return problem === undefined;
    });
  }

  /** One that is written wrong isolates: nobody who writes it means the opposite. */
  isolation({ isolate }: Record<string, unknown>): Isolation | undefined {
    const isolation = readPluginIsolation(isolate);
    if (isolate === undefined || isolation !== undefined) return isolation;
    this.add(`${this.#source}: isolate takes ${isolationForms}; ${JSON.stringify(isolate)} came.`);
    return { in: "process", memoryMb: undefined };
  }

  isHook(value: unknown): boolean {
    const problem = checkStepHook(value, this.#source);
    if (problem) this.diagnostics.push({ ...problem, file: this.#file });
    return problem === undefined;
  }
}
