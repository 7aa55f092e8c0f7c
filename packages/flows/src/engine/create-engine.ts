import { type Clock, systemClock } from "@pawl/hooks/guard";
import type { Flow } from "../definition/flow.ts";
import type { RunBody } from "../durability/durability.ts";
import type { NewRun } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { Host } from "../execution/execution.ts";
import { definedVariables, environmentOf } from "../execution/scope/environment.ts";
import { withTime } from "../expression/evaluation-time.ts";
import { encodedRun, shownRun } from "../masking/masked-run.ts";
import { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";
import { createSecrets } from "../masking/secrets.ts";
import { createNodeRegistry } from "../nodes/registry.ts";
import type { PoolHost } from "../workers/worker-pool.ts";
import { Definitions } from "./definitions.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { EngineError, RunNotFoundError, RunOwnedError } from "./errors.ts";
import { executeHere } from "./execute-here.ts";
import { newRun, type StartRun } from "./new-run.ts";
import { NewestCode } from "./newest-code.ts";
import { type ReplayParts, startReplay } from "./replay.ts";
import { createSubFlowRunner } from "./run-sub-flow.ts";

/**
 * Makes an engine over a store. It starts and executes runs when asked, and keeps nothing open by itself.
 * @throws EngineError for a node name that comes twice, or a hook that is none
 */
export function createEngine(options: EngineOptions): Engine {
  const { store, projectDir, clock = systemClock } = options;
  const nodes =
    options.registry ?? createNodeRegistry([{ source: "the engine's options", nodes: options.nodes ?? [] }]);
  const definitions = new Definitions(options.functions);
  const env = definedVariables(options.env ?? process.env);
  const envFiles = options.envFiles ?? true;
  const secrets = options.secrets ?? createSecrets({ projectDir });
  const start = timed(clock, createStart({ definitions, env, envFiles, projectDir, secrets, clock, store }));
  const runSubFlow = createSubFlowRunner({ durability: store.durability, findFlow: options.findFlow, start });
  const surroundings = { projectDir, store, clock, env, envFiles, secrets, toolUse: options.toolUse, runSubFlow };
  const code = new NewestCode(options, nodes, surroundings, definitions);
  const { metrics } = code;
  const body = timed(clock, code.body);
  const diagnostics = [...(options.registry ? [] : nodes.diagnostics), ...code.diagnostics];
  if (diagnostics.length > 0) throw new EngineError(diagnostics);
  const stepsOf = (runId: string) => store.durability.steps(runId);
  const poolHost: PoolHost = { store, metrics, toolUse: options.toolUse, runSubFlow, stepsOf };
  return {
    store,
    get nodes() {
      return code.nodes;
    },
    metrics,
    renew: (renewed) => code.renew(renewed),
    start: (flow, request) => start(flow, request),
    work: ({ pool, ...work } = {}) => store.durability.work(pool?.bodyFor(poolHost) ?? body, work),
    ...executing(store, { start, body, replayParts: { durability: store.durability, definitions, env } }),
  };
}

/** `now()` of expressions is the engine's time. That of the system needs no help. */
function timed<Given extends unknown[], Result>(clock: Clock, call: (...given: Given) => Result): typeof call {
  return clock === systemClock
    ? call
    : (...given) =>
        withTime(
          () => clock.now(),
          () => call(...given),
        );
}

interface ExecutingParts {
  readonly start: StartRun;
  readonly body: RunBody;
  readonly replayParts: ReplayParts;
}

/** What executes runs in this process. */
function executing(
  store: Store,
  { start, body, replayParts }: ExecutingParts,
): Pick<Engine, "run" | "resume" | "replay" | "queueReplay"> {
  return {
    async run(flow, request = {}) {
      const { runId, dropped } = await start(flow, { ...request, here: true });
      if (dropped) throw droppedError(flow.name);
      return shownRun(await executeHere(store, body, runId, request));
    },
    async resume(runId, request = {}) {
      const state = await store.durability.release(runId);
      if (state === "unknown") throw new RunNotFoundError(runId);
      if (state === "owned") throw new RunOwnedError(runId);
      return shownRun(await executeHere(store, body, runId, request));
    },
    async replay(runId, from, request = {}) {
      const queued = await startReplay(replayParts, runId, { from, here: true });
      if (queued.dropped) throw droppedError(queued.flow);
      return shownRun(await executeHere(store, body, queued.runId, request));
    },
    queueReplay: (runId, from) => startReplay(replayParts, runId, { from, here: false }),
  };
}

function droppedError(flow: string): Error {
  return new Error(`The flow "${flow}" has enough runs, and its overflow policy drops this one.`);
}

interface StartParts extends Pick<Host, "env" | "envFiles" | "projectDir" | "secrets" | "clock"> {
  readonly store: Store;
  readonly definitions: Definitions;
}

/** Queues runs; what is secret in what they are given reaches the store as references only. */
function createStart({ definitions, env, clock, store, secrets, ...rest }: StartParts): StartRun {
  return async (flow, request = {}) => {
    definitions.remember(flow);
    const run = newRun(flow, request, { env, now: clock.now() });
    const own = startingEnvironment(flow, run, { ...rest, env });
    const masker = new Masker([...secretVariables(own), ...(request.secrets ?? [])]);
    for (const secret of await secrets.known(flow, own)) masker.add(secret);
    return store.durability.start(encodedRun(run, flow, masker), { here: request.here ?? false });
  };
}

/** As the run will have it, as far as it can be known; what is wrong with it is the run's to tell. */
function startingEnvironment(
  flow: Flow,
  run: NewRun,
  { env, envFiles, projectDir }: Pick<Host, "env" | "envFiles" | "projectDir">,
): Readonly<Record<string, string>> {
  try {
    return environmentOf(flow, { projectDir, system: env, hasFiles: envFiles, warn: () => {} }, run);
  } catch {
    return env;
  }
}
