import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Isolation } from "../definition/flow.ts";
import { asApart } from "../isolate/apart.ts";
import { type NodeDefinition, NodeError } from "../nodes/node.ts";
import { emptyPlugin, type LoadedPlugin } from "../plugins/check-plugin.ts";
import type { PluginCode } from "../plugins/codes.ts";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import type { DescribedNode, DescribedPlugin } from "./described-plugin.ts";
import { jsonSchemaInput } from "./json-schema-input.ts";

export interface IsolatedPlugin {
  readonly plugin: LoadedPlugin;
  readonly diagnostics: readonly Diagnostic[];
}

/** The nodes of a plugin that is not imported here. What could only be called here is left out and told. */
export function isolatedPlugin(described: DescribedPlugin, isolation: Isolation, place: PluginPlace): IsolatedPlugin {
  const { source, file } = place;
  const code: PluginCode = "isolated-part";
  const lost = [...partsOf(described), ...described.nodes.flatMap((node) => whyNot(node) ?? [])];
  const diagnostics = lost.map((what): Diagnostic => {
    const message = `${source} is isolated: ${what}. It is left out.`;
    return { code, severity: "error", message, file, hint: "Put it into a plugin of its own, which is not isolated." };
  });
  const usable = described.nodes.filter((node) => whyNot(node) === undefined);
  const nodes = usable.map((node) => asApart(definitionOf(node), { source, isolation }));
  return { plugin: { ...emptyPlugin(source), name: described.name, nodes, isolation }, diagnostics };
}

/** Sentences about what such a plugin cannot bring. */
function partsOf({ triggers, hooks, inputCollectors, functions }: DescribedPlugin): string[] {
  return [
    ...triggers.map(({ name }) => `its trigger ${name} would have to run in the server`),
    ...hooks.map((name) => `its step hook ${name} would have to run beside every step`),
    ...functions.map(({ name }) => `its function ${name} would have to run inside of expressions`),
    ...inputCollectors.map((name) => `its input collector ${name} would have to run in the command that asks it`),
  ];
}

function whyNot({ name, calledByRun }: DescribedNode): string | undefined {
  if (calledByRun.length === 0) return undefined;
  return `its node ${name} has ${calledByRun.join(" and ")}, which the run has to call`;
}

function definitionOf({ input, calledByRun: _, ...described }: DescribedNode): NodeDefinition {
  return {
    ...described,
    input: jsonSchemaInput(input),
    run() {
      const message = `${described.name} is a node of an isolated plugin, and can be run by a flow only.`;
      throw new NodeError(message, { code: "isolate-unavailable" });
    },
  };
}
