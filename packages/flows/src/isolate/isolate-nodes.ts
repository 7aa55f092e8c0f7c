import type { Isolation } from "../definition/flow.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { Isolates, IsolatesOptions } from "./isolates.ts";

/** Runs nodes apart; what does so is loaded for the first step that asks for it. */
export function isolateNodes(
  options: IsolatesOptions,
): (definition: NodeDefinition, how: Isolation) => Promise<NodeDefinition> {
  let loading: Promise<Isolates> | undefined;
  return async (definition, how) => {
    loading ??= import("./isolates.ts").then((module) => new module.Isolates(options));
    return (await loading).isolated(definition, how);
  };
}
