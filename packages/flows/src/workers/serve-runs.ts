import { Socket } from "node:net";
import { systemClock } from "@pawl/hooks/guard";
import { watchParent } from "@pawl/hooks/isolate";
import type { SecretSource } from "../definition/flow.ts";
import type { RunBody } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import { Definitions } from "../engine/definitions.ts";
import { createHookSets } from "../engine/hook-sets.ts";
import type { Host } from "../execution/execution.ts";
import { createRunBody } from "../execution/run-body.ts";
import { definedVariables } from "../execution/scope/environment.ts";
import type { FunctionSet } from "../expression/function-set.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import { isolateNodes } from "../isolate/isolate-nodes.ts";
import { createSecrets } from "../masking/secrets.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import { Channel } from "./channel.ts";
import { Link } from "./link.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./protocol.ts";
import {
  createAskFor,
  RemoteMetrics,
  type RemoteStore,
  remoteStore,
  remoteSubFlows,
  remoteTools,
} from "./remote-host.ts";
import { RemoteRun } from "./remote-run.ts";
import { RemoteScope } from "./remote-scope.ts";

/** What of a project the runs in a worker need. */
export interface WorkerProject {
  readonly nodes: NodeRegistry;
  /** Global step hooks, in order of registration. */
  readonly hooks: readonly StepExecutionHook[];
  readonly functions: FunctionSet;
  /** Those of every flow. */
  readonly secrets: Readonly<Record<string, SecretSource>> | undefined;
  /** As the engine's. */
  readonly isolateProgram?: string | undefined;
}

/**
 * The main function of a worker process: loads the project, executes the runs that its supervisor sends, and ends with
 * the supervisor, at once, with every program that it runs.
 */
export async function serveRuns(load: (projectDir: string) => Promise<WorkerProject>): Promise<void> {
  const start = JSON.parse(process.argv[2] ?? "{}") as WorkerStart;
  watchParent();
  const early: ToWorker[] = [];
  let take = (message: ToWorker): void => void early.push(message);
  const channel = new Channel<FromWorker, ToWorker>(new Socket({ fd: 3 }), {
    message: (message) => take(message),
    close: () => process.exit(0),
  });
  const link = new Link(channel);
  setInterval(() => link.send({ type: "beat" }), start.beatMs);
  const project = await load(start.projectDir);
  const worker = new RunServer(link, start, project);
  take = (message) => worker.take(message);
  for (const message of early) worker.take(message);
  link.send({ type: "ready" });
}

/** Executes runs, and tells the supervisor all of it. */
class RunServer {
  readonly #link: Link;
  readonly #runs = new Map<string, RemoteRun>();
  readonly #texts = new Map<string, string>();
  readonly #store: RemoteStore;
  readonly #body: RunBody;
  readonly #bodyWithTools: RunBody;

  constructor(link: Link, { projectDir }: WorkerStart, project: WorkerProject) {
    const { nodes, hooks, functions, secrets = {}, isolateProgram } = project;
    this.#link = link;
    const askFor = createAskFor(link);
    const metrics = new RemoteMetrics(link);
    const definitions = new Definitions(functions);
    this.#store = remoteStore(link, askFor);
    const shared = {
      projectDir,
      nodes,
      clock: systemClock,
      env: definedVariables(process.env),
      envFiles: true,
      secrets: createSecrets({ projectDir, sources: secrets }),
      functions,
      isolated: isolateNodes({ projectDir, program: isolateProgram }),
      definitionOf: (run: RunRecord) => definitions.of(run),
      runSubFlow: remoteSubFlows(askFor),
    };
    const hookSets = createHookSets({ projectDir, hooks, metrics, store: this.#store }, nodes);
    const host: Host = { ...shared, store: this.#store, toolUse: undefined, hooksFor: hookSets.of };
    this.#body = createRunBody(host);
    this.#bodyWithTools = createRunBody({ ...host, toolUse: remoteTools(askFor) });
  }

  take(message: ToWorker): void {
    switch (message.type) {
      case "run":
        this.#execute(message);
        break;
      case "go":
        this.#runs.get(message.run)?.go(message.id, { earlier: message.earlier, cutOffSince: message.cutOffSince });
        break;
      case "answer":
        this.#link.answer(message);
        break;
      case "abort":
        this.#runs.get(message.run)?.abort(message.reason, message.message);
        break;
      case "forget":
        this.#texts.clear();
        break;
    }
  }

  async #execute({ run: sent, text, hasTools, ...earlier }: Extract<ToWorker, { type: "run" }>): Promise<void> {
    const { id, definition } = sent;
    if (text !== undefined) this.#texts.set(definition.hash, text);
    const record: RunRecord = withAbsent({
      ...sent,
      definition: { ...definition, text: this.#texts.get(definition.hash) ?? "" },
    });
    const run = new RemoteRun(record, this.#link, earlier);
    this.#runs.set(id, run);
    this.#link.send(await executeRemote(run, hasTools ? this.#bodyWithTools : this.#body));
    this.#runs.delete(id);
    this.#store.forget(id);
  }
}

/** Executes a run to its end here. @returns what its supervisor is told of it */
export async function executeRemote(run: RemoteRun, body: RunBody): Promise<FromWorker> {
  try {
    const outcome = await body(run.record, new RemoteScope(run));
    // What cannot be written down must not take with it what else is sent in this turn.
    JSON.stringify(outcome.outputs);
    return { type: "outcome", run: run.id, outcome };
  } catch (error) {
    if (run.isInterrupted) return { type: "given-back", run: run.id };
    return { type: "broken", run: run.id, message: error instanceof Error ? error.message : String(error) };
  }
}

/** JSON leaves out what is undefined; a record says it. */
function withAbsent(run: Omit<RunRecord, "owner">): RunRecord {
  const { definition, trigger } = run;
  return {
    ...run,
    definition: { ...definition, file: definition.file },
    trigger: { ...trigger, id: trigger.id, eventId: trigger.eventId, traceparent: trigger.traceparent },
    error: run.error,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    owner: undefined,
  };
}
