import { jsonSchemaOf } from "../definition/describe-input.ts";
import type { Isolation } from "../definition/flow.ts";
import type { ValueType } from "../expression/expression-function.ts";
import type { InputSchema, NodeDefinition } from "../nodes/node.ts";
import type { LoadedPlugin } from "../plugins/check-plugin.ts";

/** A plugin in words: what can be known of it where it is not imported. */
export interface DescribedPlugin {
  readonly name: string;
  /** What it says itself of where its nodes run. */
  readonly isolation?: Isolation;
  readonly nodes: readonly DescribedNode[];
  readonly triggers: readonly DescribedPart[];
  readonly hooks: readonly string[];
  readonly inputCollectors: readonly string[];
  readonly functions: readonly DescribedFunction[];
}

interface DescribedPart {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its inputs; nothing when its schema cannot be told in it. */
  readonly input?: unknown;
}

export interface DescribedNode extends DescribedPart {
  readonly version?: string;
  readonly isPure?: boolean;
  /** What it has that is called where the run is. */
  readonly calledByRun: readonly string[];
}

interface DescribedFunction {
  readonly name: string;
  readonly description?: string;
  readonly parameters: readonly ValueType[];
  readonly returns?: ValueType;
}

export function describePlugin(plugin: LoadedPlugin): DescribedPlugin {
  const { name, isolation, nodes, triggers, hooks, inputCollectors, functions } = plugin;
  return {
    name,
    ...(isolation === undefined ? {} : { isolation }),
    nodes: nodes.map(describeNode),
    triggers: triggers.map(describePart),
    hooks: hooks.map((hook, index) => hook.name ?? className(hook) ?? `#${index + 1}`),
    inputCollectors: inputCollectors.map((collector) => collector.name),
    functions: functions.map(({ name, description, parameters, returns }) => {
      return { name, parameters, ...(description === undefined ? {} : { description }), ...(returns && { returns }) };
    }),
  };
}

function describeNode(definition: NodeDefinition): DescribedNode {
  const { version, isPure } = definition;
  const parts = ["waitUntil", "ask", "rawInputs"] as const;
  return {
    ...describePart(definition),
    ...(version === undefined ? {} : { version }),
    ...(isPure === undefined ? {} : { isPure }),
    calledByRun: parts.filter((part) => definition[part] !== undefined),
  };
}

interface Part {
  readonly name: string;
  readonly description?: string;
  readonly input: InputSchema<unknown>;
}

function describePart({ name, description, input }: Part): DescribedPart {
  const schema = schemaOf(input);
  return { name, ...(description === undefined ? {} : { description }), ...(schema ? { input: schema } : {}) };
}

function schemaOf(input: InputSchema<unknown>): unknown {
  try {
    return jsonSchemaOf(input);
  } catch {
    return undefined;
  }
}

function className(hook: object): string | undefined {
  const name: string | undefined = Object.getPrototypeOf(hook)?.constructor?.name;
  return name === "Object" ? undefined : name;
}
