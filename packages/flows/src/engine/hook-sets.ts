import { join } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Flow } from "../definition/flow.ts";
import type { RunStore } from "../durability/store.ts";
import { createAuditHook } from "../hooks/audit.ts";
import type { ChainedHook } from "../hooks/hook-chain.ts";
import { checkStepHook, orderHooks } from "../hooks/order-hooks.ts";
import { createCacheHook } from "../hooks/result-cache.ts";
import { createMetricsHook, createStepMetrics, type StepMetrics } from "../hooks/step-metrics.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { EngineOptions } from "./engine.ts";

/** The hooks of an engine, put in order for each flow. */
export interface HookSets {
  readonly diagnostics: readonly Diagnostic[];
  readonly metrics: StepMetrics;
  /** Outermost first: those of users by priority, then the built-in ones. */
  of(flow: Flow): readonly ChainedHook[];
}

export interface HookSetOptions extends Pick<EngineOptions, "projectDir" | "hooks" | "namedHooks" | "auditFile"> {
  readonly store: Pick<RunStore, "state">;
  /** Where steps are counted. Default: here. */
  readonly metrics?: StepMetrics;
}

export function createHookSets(options: HookSetOptions, nodes: NodeRegistry): HookSets {
  const global = options.hooks ?? [];
  const named = options.namedHooks ?? {};
  const metrics = options.metrics ?? createStepMetrics();
  const audit = createAuditHook({ file: options.auditFile ?? join(options.projectDir, ".pawl", "audit.ndjson") });
  const always = [createCacheHook(options.store.state, nodes), createMetricsHook(metrics)];
  const chainOf = (flow: Flow): readonly ChainedHook[] => {
    const chosen = flow.hooks.flatMap((name) => (Object.hasOwn(named, name) ? [named[name]!] : []));
    const isAudited = options.auditFile !== undefined || flow.hooks.includes("audit");
    return [...orderHooks([...global, ...chosen]), ...(isAudited ? [audit] : []), ...always];
  };
  const chains = new WeakMap<Flow, readonly ChainedHook[]>();
  return {
    diagnostics: diagnosticsOf(options),
    metrics,
    of(flow) {
      let chain = chains.get(flow);
      if (chain === undefined) {
        chain = chainOf(flow);
        chains.set(flow, chain);
      }
      return chain;
    },
  };
}

function diagnosticsOf({ hooks = [], namedHooks = {} }: HookSetOptions): Diagnostic[] {
  const checked = hooks.map((hook, index) => checkStepHook(hook, `hooks[${index}]`));
  for (const [name, hook] of Object.entries(namedHooks)) checked.push(checkStepHook(hook, `namedHooks.${name}`));
  return checked.flatMap((diagnostic) => diagnostic ?? []);
}
