import {
  compileTemplate,
  type Engine,
  type Flow,
  type FlowTrigger,
  type HttpHost,
  type Json,
  type JsonObject,
  prepareTemplates,
  type Secrets,
  type StartedRun,
  type StartOptions,
  type Store,
  superviseTriggers,
  type TriggerRegistry,
  type TriggerSupervisor,
} from "@pawl/flows";
import { messageOf } from "@pawl/hooks/diagnostics";
import type { Logger } from "@pawl/hooks/guard";
import { derivedCorrelationId, newCorrelationId } from "../envelope/correlation.ts";
import type { Headers } from "../envelope/token.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Pod } from "../topology/network.ts";

export interface FeedOptions {
  readonly projectDir: string;
  /** Keeps cursors and leases of triggers. */
  readonly store: Store;
  readonly http?: HttpHost;
  readonly registry?: TriggerRegistry;
  /** What expressions in the `with` of triggers find under `secrets`. */
  readonly secrets?: Secrets;
  readonly log: Logger;
}

/**
 * Starts the triggers that feed gateways and initiators. They are kept alive as those of flows are; only what becomes of
 * an event differs: it goes through the hook of its pod, and is a message instead of a run.
 */
export async function feedByTriggers(
  runs: ReadonlyMap<string, RunningNetwork>,
  options: FeedOptions,
): Promise<TriggerSupervisor | undefined> {
  const targets = new Map<string, Target>();
  for (const run of runs.values()) {
    for (const pod of run.network.pods.filter(run.isHere)) {
      if (pod.origin?.trigger !== undefined) targets.set(`${run.network.name}/${pod.id}`, { run, pod });
    }
  }
  if (targets.size === 0) return undefined;
  const { projectDir, http, registry, secrets, log } = options;
  const store = withLeases(options.store, [...targets.values()][0]!.run);
  const flows = await Promise.all([...targets].map(([name, target]) => flowOf(name, target)));
  const start = (flow: Flow, how?: StartOptions) => send(targets.get(flow.name)!, how ?? {});
  const engine: Pick<Engine, "start" | "store"> = { store, start };
  return superviseTriggers({ engine, flows, projectDir, http, registry, secrets, log });
}

/** Where several processes run the network, they agree on who has a trigger over its engine: no store is common to them. */
function withLeases(store: Store, { line }: RunningNetwork): Store {
  const { leases } = line;
  return leases === undefined ? store : { ...store, leases };
}

interface Target {
  readonly run: RunningNetwork;
  readonly pod: Pod;
}

/** The pod as the supervisor of triggers knows flows: a name and one trigger. */
async function flowOf(name: string, { run, pod }: Target): Promise<Flow> {
  const written = pod.origin!.trigger!;
  await prepareTemplates(written.with);
  const { template } = compileTemplate(written.with);
  const { line = 1, column = 1 } = written.place;
  const trigger: FlowTrigger = { id: "trigger", uses: written.uses, with: template, position: { line, column } };
  return {
    name,
    file: run.network.file,
    text: JSON.stringify(written.with),
    hash: run.network.revision,
    description: pod.description,
    env: {},
    dotenv: [],
    secrets: {},
    inputs: {},
    triggers: [trigger],
    concurrency: { limit: 1, key: undefined, overflow: "queue" },
    timeoutMs: undefined,
    steps: [],
    finally: [],
    outputs: {},
    retention: { runs: 0, days: 0 },
    hooks: [],
  };
}

/** Resolves once the message is durable, so that the source may acknowledge its event. */
async function send({ run, pod }: Target, { trigger = {}, idempotencyKey }: StartOptions): Promise<StartedRun> {
  const { payload = null, event = {}, traceparent } = trigger;
  const correlationId =
    idempotencyKey === undefined
      ? newCorrelationId(run.clock.now())
      : derivedCorrelationId("trigger", [run.network.name, pod.id, idempotencyKey]);
  const sent = await run.sendWhenRoom(pod.id, {
    payload: objectOf(payload),
    headers: { ...headersOf(event), "x-trigger": trigger.type ?? "trigger" },
    correlationId,
    ...(traceparent === undefined ? {} : { carried: { traceparent } }),
  });
  if (sent.status === "refused") run.log.error(`The hook of ${pod.id} refused an event: ${messageOf(sent.error)}`);
  return { runId: correlationId, created: sent.status !== "duplicate", dropped: sent.status === "refused" };
}

/** Hooks take objects; an event that is none is the value of one. */
function objectOf(payload: Json): JsonObject {
  const isObject = typeof payload === "object" && payload !== null && !Array.isArray(payload);
  return isObject ? (payload as JsonObject) : { payload };
}

function headersOf(event: JsonObject): Headers {
  const { headers } = event;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return {};
  const texts = Object.entries(headers).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
