import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { checkStepHook } from "../hooks/order-hooks.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import type { PluginCode } from "./codes.ts";

/** A plugin as it is used: what was wrong in it has been left out and told. */
export interface LoadedPlugin {
  readonly name: string;
  /** The file from the project folder, or the package. */
  readonly source: string;
  readonly nodes: readonly NodeDefinition[];
  readonly triggers: readonly TriggerDefinition[];
  readonly hooks: readonly StepExecutionHook[];
}

export interface CheckedPlugin {
  readonly plugin: LoadedPlugin;
  readonly diagnostics: readonly Diagnostic[];
}

const keys = ["name", "nodes", "triggers", "hooks"];
const dottedName = /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)+$/;

/** Takes what is right of a plugin's export, and says what is not. */
export function checkPlugin(exported: unknown, place: { source: string; file: string }): CheckedPlugin {
  const { source, file } = place;
  const findings = new Findings(source, file);
  if (typeof exported !== "object" || exported === null) {
    const found = typeof exported === "undefined" ? "there is none" : `it is a ${typeof exported}`;
    findings.add(`${source} has no plugin: its default export should be definePlugin({ … }), and ${found}.`);
    const plugin = { name: source, source, nodes: [], triggers: [], hooks: [] };
    return { plugin, diagnostics: findings.diagnostics };
  }
  const given = exported as Record<string, unknown>;
  findings.unknownKeys(given);
  const plugin = {
    name: typeof given.name === "string" ? given.name : source,
    source,
    nodes: findings.definitions(given, "nodes", ["run"]) as NodeDefinition[],
    triggers: findings.definitions(given, "triggers", ["run", "listen"]) as TriggerDefinition[],
    hooks: findings.list(given, "hooks").filter((hook) => findings.isHook(hook)) as StepExecutionHook[],
  };
  return { plugin, diagnostics: findings.diagnostics };
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

  definitions(given: Record<string, unknown>, key: string, methods: readonly string[]): readonly unknown[] {
    return this.list(given, key).filter((value) => {
      const problem = namedProblem(value, methods);
      if (problem !== undefined) this.add(`${this.#source}: one of its ${key} ${problem}.`);
      return problem === undefined;
    });
  }

  isHook(value: unknown): boolean {
    const problem = checkStepHook(value, this.#source);
    if (problem) this.diagnostics.push({ ...problem, file: this.#file });
    return problem === undefined;
  }
}

/** Why a value is no node or trigger, to be read after "one of its nodes". */
function namedProblem(value: unknown, methods: readonly string[]): string | undefined {
  if (typeof value !== "object" || value === null)
    return `is a ${value === null ? "null" : typeof value}, not a definition`;
  const definition = value as Record<string, unknown>;
  if (typeof definition.name !== "string") return "has no name";
  if (!dottedName.test(definition.name)) return `is named "${definition.name}"; a name has the form namespace.action`;
  if (!methods.some((method) => typeof definition[method] === "function"))
    return `("${definition.name}") has no ${methods.join(" or ")}()`;
  const input = definition.input as { "~standard"?: unknown } | undefined;
  if (input?.["~standard"] === undefined)
    return `("${definition.name}") has no input schema; write input: z.object({ … })`;
  return undefined;
}
