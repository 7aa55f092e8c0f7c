import { type Clock, systemClock } from "@pawl/hooks/guard";
import type { Store } from "../durability/store.ts";
import type { Host } from "../execution/execution.ts";
import { createRunBody } from "../execution/run-body.ts";
import { definedVariables } from "../execution/scope/environment.ts";
import { encodedRun, shownRun } from "../masking/masked-run.ts";
import { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";
import { createNodeRegistry } from "../nodes/registry.ts";
import { Definitions } from "./definitions.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { EngineError, RunNotFoundError, RunOwnedError } from "./errors.ts";
import { executeHere } from "./execute-here.ts";
import { createHookSets } from "./hook-sets.ts";
import { newRun, type StartRun } from "./new-run.ts";
import { startReplay } from "./replay.ts";
import { createSubFlowRunner } from "./run-sub-flow.ts";

/**
 * Makes an engine over a store. It starts and executes runs when asked, and keeps nothing open by itself.
 * @throws EngineError for a node name that comes twice, or a hook that is none
 */
export function createEngine(options: EngineOptions): Engine {
  const { store, projectDir, clock = systemClock } = options;
  const nodes =
    options.registry ?? createNodeRegistry([{ source: "the engine's options", nodes: options.nodes ?? [] }]);
  const hooks = createHookSets(options, nodes);
  const diagnostics = [...(options.registry ? [] : nodes.diagnostics), ...hooks.diagnostics];
  if (diagnostics.length > 0) throw new EngineError(diagnostics);
  const definitions = new Definitions(options.functions);
  const env = definedVariables(options.env ?? process.env);
  const start = createStart({ definitions, env, clock, store });
  const runSubFlow = createSubFlowRunner({ durability: store.durability, findFlow: options.findFlow, start });
  const host: Host = {
    projectDir,
    store,
    nodes,
    clock,
    env,
    toolUse: options.toolUse,
    functions: options.functions,
    hooksFor: hooks.of,
    definitionOf: (run) => definitions.of(run),
    runSubFlow,
  };
  const body = createRunBody(host);
  return {
    store,
    nodes,
    metrics: hooks.metrics,
    start: (flow, request) => start(flow, request),
    work: (work) => store.durability.work(body, work),
    async run(flow, request = {}) {
      const { runId, dropped } = await start(flow, { ...request, here: true });
      if (dropped) throw new Error(`The flow "${flow.name}" has enough runs, and its overflow policy drops this one.`);
      return shownRun(await executeHere(store, body, runId, request));
    },
    async resume(runId, request = {}) {
      const state = await store.durability.release(runId);
      if (state === "unknown") throw new RunNotFoundError(runId);
      if (state === "owned") throw new RunOwnedError(runId);
      return shownRun(await executeHere(store, body, runId, request));
    },
    async replay(runId, from, request = {}) {
      const id = await startReplay({ durability: store.durability, definitions, env }, runId, from);
      return shownRun(await executeHere(store, body, id, request));
    },
  };
}

interface StartParts {
  readonly definitions: Definitions;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly store: Store;
}

/** Queues runs; what is secret in what they are given reaches the store as references only. */
function createStart({ definitions, env, clock, store }: StartParts): StartRun {
  return async (flow, request = {}) => {
    definitions.remember(flow);
    const run = newRun(flow, request, { env, now: clock.now() });
    const masker = new Masker([...secretVariables(env), ...(request.secrets ?? [])]);
    for (const source of Object.values(flow.secrets)) if ("env" in source) masker.add(env[source.env] ?? "");
    return store.durability.start(encodedRun(run, flow, masker), { here: request.here ?? false });
  };
}
