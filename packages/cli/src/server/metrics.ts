import type { Engine, TriggerStatus } from "@pawl/flows";
import type { WorkerPool, WorkerStatus } from "@pawl/flows/workers";
import { type GuardRecord, onGuardCall } from "@pawl/hooks/guard";
import type { Registry } from "prom-client";
import { readVersion } from "../version.ts";
import { Early } from "./early.ts";

export interface ServerMetrics {
  /** All metrics as Prometheus reads them. */
  text(): Promise<string>;
  /** Stops counting. */
  close(): void;
}

/** The form of that text. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";
/** A start has better things to do than to load a library that counts: what happens until then is counted afterwards. */
const loadAfterMs = 500;
const durations = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800];

/** What is at work in this process; only that is counted. */
export interface Counted {
  readonly engine?: Engine | undefined;
  /** Of flows, and of pods that are fed by triggers. */
  readonly triggers?: (() => readonly TriggerStatus[]) | undefined;
  readonly workers?: WorkerPool | undefined;
}

/** What is told of while it happens; all else is asked for. */
interface Told {
  readonly runs: Early<{ readonly flow: string; readonly status: string; readonly durationMs: number }>;
  readonly calls: Early<{ readonly labels: Record<"name" | "point" | "outcome", string>; readonly durationMs: number }>;
}

/**
 * Counts runs, guarded calls and trigger events of this process, for whoever serves it: a project or a network. No label
 * holds an id.
 */
export function createMetrics(counted: Counted): ServerMetrics {
  const told: Told = { runs: new Early(), calls: new Early() };
  const undo = counted.engine === undefined ? [] : [listenToRuns(counted.engine, told), listenToCalls(told)];
  const stop = () => {
    for (const each of undo.splice(0)) each();
  };
  let opening: Promise<Registry> | undefined;
  const open = () => {
    opening ??= openRegistry(counted, told);
    return opening;
  };
  // Who asks is told what is wrong; until then, nothing is to pile up.
  const timer = counted.engine && setTimeout(() => open().catch(stop), loadAfterMs).unref();
  return {
    text: async () => `${await (await open()).metrics()}\n${counted.engine?.metrics.text() ?? ""}`,
    close() {
      clearTimeout(timer);
      stop();
      opening?.then((registry) => registry.clear()).catch(() => {});
    },
  };
}

function listenToRuns(engine: Engine, { runs }: Told): () => void {
  return engine.store.events.subscribe(({ type, flow = "", data }) => {
    if (type !== "run-ended") return;
    const { status = "unknown", durationMs = 0 } = (data ?? {}) as { status?: string; durationMs?: number };
    runs.push({ flow, status, durationMs });
  });
}

function listenToCalls({ calls }: Told): () => void {
  return onGuardCall(({ name, point, outcome, durationMs }: GuardRecord) => {
    // A trigger's call lasts as long as it waits, which measures nothing.
    if (name === undefined || point === "trigger") return;
    calls.push({ labels: { name, point: point ?? "", outcome: outcome.status }, durationMs });
  });
}

async function openRegistry({ engine, triggers, workers }: Counted, told: Told): Promise<Registry> {
  const { Registry, Gauge, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const about = {
    name: "pawl_build_info",
    help: "The version that runs.",
    labelNames: ["version"],
    registers: [registry],
  };
  new Gauge(about).set({ version: readVersion() }, 1);
  if (engine !== undefined) {
    await countRuns(registry, told);
    await countCalls(registry, told);
  }
  if (triggers) await countTriggers(registry, triggers);
  if (workers) await countWorkers(registry, workers);
  return registry;
}

async function countWorkers(registry: Registry, pool: WorkerPool): Promise<void> {
  const { Counter, Gauge } = await import("prom-client");
  const registers = [registry];
  const sum = (of: (worker: WorkerStatus) => number) => pool.status().reduce((all, worker) => all + of(worker), 0);
  new Gauge({
    name: "pawl_workers",
    help: "Worker processes, by state.",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const { state } of pool.status()) this.inc({ state });
    },
  });
  new Gauge({
    name: "pawl_worker_runs",
    help: "Runs in worker processes: those that do something, and those that wait.",
    labelNames: ["kind"],
    registers,
    collect() {
      this.set(
        { kind: "busy" },
        sum(({ runs }) => runs),
      );
      this.set(
        { kind: "waiting" },
        sum(({ waiting }) => waiting),
      );
    },
  });
  new Counter({
    name: "pawl_worker_restarts_total",
    help: "Worker processes that were replaced because they had ended.",
    registers,
    collect() {
      this.reset();
      this.inc(sum(({ restarts }) => restarts));
    },
  });
}

async function countRuns(registry: Registry, { runs }: Told): Promise<void> {
  const { Counter, Histogram } = await import("prom-client");
  const registers = [registry];
  const ended = new Counter({
    name: "pawl_runs_total",
    help: "Runs that have ended.",
    labelNames: ["flow", "status"],
    registers,
  });
  const length = new Histogram({
    name: "pawl_run_duration_seconds",
    help: "How long runs took.",
    labelNames: ["flow"],
    buckets: durations,
    registers,
  });
  runs.takeBy(({ flow, status, durationMs }) => {
    ended.inc({ flow, status });
    length.observe({ flow }, durationMs / 1_000);
  });
}

async function countCalls(registry: Registry, { calls }: Told): Promise<void> {
  const { Histogram } = await import("prom-client");
  const length = new Histogram({
    name: "pawl_guard_call_duration_seconds",
    help: "Calls of hooks and nodes, by how they came out.",
    labelNames: ["name", "point", "outcome"],
    buckets: durations,
    registers: [registry],
  });
  calls.takeBy(({ labels, durationMs }) => length.observe(labels, durationMs / 1_000));
}

async function countTriggers(registry: Registry, triggers: () => readonly TriggerStatus[]): Promise<void> {
  const { Counter } = await import("prom-client");
  new Counter({
    name: "pawl_trigger_events_total",
    help: "Events of triggers by what became of them, and restarts of triggers.",
    labelNames: ["flow", "trigger", "outcome"],
    registers: [registry],
    collect() {
      // The triggers count by themselves; one that is replaced begins anew, which Prometheus takes for a restart.
      this.reset();
      for (const { flow, id: trigger, counts } of triggers()) {
        for (const [outcome, count] of Object.entries(counts)) this.inc({ flow, trigger, outcome }, count);
      }
    },
  });
}
