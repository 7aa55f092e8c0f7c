import type { Engine, TriggerStatus } from "@pawl/flows";
import type { WorkerPool, WorkerStatus } from "@pawl/flows/workers";
import { secondBounds } from "@pawl/hooks/guard";
import type { Registry } from "prom-client";
import { readVersion } from "../version.ts";
import { CallTimes } from "./call-times.ts";

export interface ServerMetrics {
  /** All metrics as Prometheus reads them. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Stops counting. */
  close(): void;
}

/** What is at work in this process; only that is counted. */
export interface Counted {
  readonly engine?: Engine | undefined;
  /** Of flows, and of pods that are fed by triggers. */
  readonly triggers?: (() => readonly TriggerStatus[]) | undefined;
  readonly workers?: WorkerPool | undefined;
}

/**
 * Counts runs, guarded calls and trigger events of this process, for whoever serves it: a project or a network. No label
 * holds an id.
 */
export async function createMetrics({ engine, triggers, workers }: Counted): Promise<ServerMetrics> {
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
  const calls = engine === undefined ? undefined : new CallTimes();
  const stopRuns = engine === undefined ? undefined : await countRuns(registry, engine);
  if (triggers) await countTriggers(registry, triggers);
  if (workers) await countWorkers(registry, workers);
  return {
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${calls?.text() ?? ""}${engine?.metrics.text() ?? ""}`,
    close() {
      calls?.close();
      stopRuns?.();
      registry.clear();
    },
  };
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

async function countRuns(registry: Registry, engine: Engine): Promise<() => void> {
  const { Counter, Histogram } = await import("prom-client");
  const registers = [registry];
  const runs = new Counter({
    name: "pawl_runs_total",
    help: "Runs that have ended.",
    labelNames: ["flow", "status"],
    registers,
  });
  const length = new Histogram({
    name: "pawl_run_duration_seconds",
    help: "How long runs took.",
    labelNames: ["flow"],
    buckets: [...secondBounds],
    registers,
  });
  return engine.store.events.subscribe(({ type, flow = "", data }) => {
    if (type !== "run-ended") return;
    const { status = "unknown", durationMs = 0 } = (data ?? {}) as { status?: string; durationMs?: number };
    runs.inc({ flow, status });
    length.observe({ flow }, durationMs / 1_000);
  });
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
