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
  const { source } = place;
  const diagnostics: Diagnostic[] = [];
  const tell = (code: PluginCode, message: string, severity: Diagnostic["severity"] = "error") =>
    diagnostics.push({ code, severity, message, file: place.file });
  const plugin: LoadedPlugin & { nodes: NodeDefinition[] } = {
    name: source,
    source,
    nodes: [],
    triggers: [],
    hooks: [],
  };
  if (typeof exported !== "object" || exported === null) {
    const found = typeof exported === "undefined" ? "there is none" : `it is a ${typeof exported}`;
    tell("invalid-plugin", `${source} has no plugin: its default export should be definePlugin({ … }), and ${found}.`);
    return { plugin, diagnostics };
  }
  const given = exported as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (!keys.includes(key)) {
      const message = `${source}: a plugin has no "${key}".${didYouMean(key, keys)} It has ${keys.join(", ")}.`;
      tell("invalid-plugin", message, "warning");
    }
  }
  const listOf = (key: string): readonly unknown[] => {
    const list = given[key] ?? [];
    if (Array.isArray(list)) return list;
    tell("invalid-plugin", `${source}: ${key} is a list; a ${typeof list} came.`);
    return [];
  };
  const named =
    (key: string, methods: readonly string[]) =>
    (value: unknown): boolean => {
      const problem = namedProblem(value, methods);
      if (problem !== undefined) tell("invalid-plugin", `${source}: one of its ${key} ${problem}.`);
      return problem === undefined;
    };
  const isHook = (value: unknown): boolean => {
    const problem = checkStepHook(value, source);
    if (problem) diagnostics.push({ ...problem, file: place.file });
    return problem === undefined;
  };
  return {
    plugin: {
      name: typeof given.name === "string" ? given.name : source,
      source,
      nodes: listOf("nodes").filter(named("nodes", ["run"])) as NodeDefinition[],
      triggers: listOf("triggers").filter(named("triggers", ["run", "listen"])) as TriggerDefinition[],
      hooks: listOf("hooks").filter(isHook) as StepExecutionHook[],
    },
    diagnostics,
  };
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
