import { createHash } from "node:crypto";
import type { StateStore } from "../durability/store.ts";
import type { Json } from "../json.ts";
import type { Masker } from "../masking/masker.ts";
import { type NodeContext, NodeResult } from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { ChainedHook } from "./hook-chain.ts";
import type { HookedStep, StepInputs } from "./step-hook.ts";

const scope = "cache";

/** Answers steps with `cache:` from what an earlier run stored for the same node, version and inputs. */
export function createCacheHook(state: StateStore, nodes: NodeRegistry): ChainedHook {
  const missed = new WeakMap<NodeContext, string>();
  return {
    name: "cache",
    meets: (step) => step.cache !== undefined,
    hook: {
      async beforeExecute(context, step, inputs) {
        const key = await keyOf(nodes, context, step, inputs);
        const found = (await state.get(scope, key)) as { output: Json } | undefined;
        if (found !== undefined)
          return new NodeResult({ status: "success", output: maskerOf(context)?.decode(found.output) ?? found.output });
        missed.set(context, key);
      },
      async afterExecute(context, step, result) {
        const key = missed.get(context);
        if (key === undefined || result.status !== "success") return;
        const ttlMs = step.cache?.ttlMs;
        const options = ttlMs === undefined ? {} : { expiresAt: context.clock.now() + ttlMs };
        await state.set(scope, key, { output: maskerOf(context)?.encode(result.output) ?? result.output }, options);
      },
    },
  };
}

/** Other makers of contexts, such as tests, have none. */
function maskerOf(context: NodeContext): Masker | undefined {
  return (context as { readonly masker?: Masker }).masker;
}

/** A `key` in the file replaces the inputs, not the node: other nodes never answer for this one. */
async function keyOf(nodes: NodeRegistry, context: NodeContext, step: HookedStep, inputs: StepInputs): Promise<string> {
  const version = (await nodes.find(step.uses))?.version ?? "1";
  const chosen = step.cache?.key;
  const by = chosen === undefined ? { inputs } : { key: context.evaluate(chosen) };
  return createHash("sha256")
    .update(stable({ node: step.uses, version, ...by }))
    .digest("hex");
}

/** JSON with its keys in order, so that the order of writing does not matter. */
function stable(value: Json | { [key: string]: unknown }): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
