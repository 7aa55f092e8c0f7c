import type { Isolation } from "../definition/flow.ts";
import type { NodeDefinition } from "../nodes/node.ts";

/** Where a node of an isolated plugin runs, and what has to be imported there. */
export interface Apart {
  /** Of its plugin. */
  readonly source: string;
  readonly isolation: Isolation;
}

const mark: unique symbol = Symbol("pawl.apart");

/** A node that is known here by its description alone. */
export function asApart(definition: NodeDefinition, apart: Apart): NodeDefinition {
  return Object.assign(definition, { [mark]: apart });
}

/** Nothing for a node that was imported. */
export function apartOf(definition: NodeDefinition): Apart | undefined {
  return (definition as { readonly [mark]?: Apart })[mark];
}

/** How a step's node runs: as its step says, and never less apart than its plugin. */
export function isolationOf(asked: Isolation | undefined, definition: NodeDefinition): Isolation | undefined {
  const apart = apartOf(definition)?.isolation;
  if (asked === undefined || apart === undefined) return asked ?? apart;
  const isProcess = asked.in === "process" || apart.in === "process";
  return { in: isProcess ? "process" : "worker", memoryMb: asked.memoryMb ?? apart.memoryMb };
}
