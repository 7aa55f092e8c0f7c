import type { Engine, TriggerStatus } from "@pawl/flows";
import type { WorkerPool, WorkerStatus } from "@pawl/flows/workers";
import type { Registry } from "prom-client";
import { readVersion } from "../version.ts";
import { CallTimes } from "./call-times.ts";
import { RunTimes } from "./run-times.ts";

export interface ServerMetrics {
  /** All metrics as Prometheus reads them. */
  text(): Promise<string>;
  /** Stops counting. */
  close(): void;
}

/** The form of that text. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";
/** A start has better things to do than to load a library; what it tells of the process counts from then on. */
const loadAfterMs = 500;

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
export function createMetrics(counted: Counted): ServerMetrics {
  const { engine } = counted;
  const times = engine === undefined ? [] : [new RunTimes(engine.store.events), new CallTimes()];
  let opening: Promise<Registry> | undefined;
  const open = () => {
    opening ??= openRegistry(counted);
    return opening;
  };
  // Who asks is told what is wrong.
  const timer = engine && setTimeout(() => open().catch(() => {}), loadAfterMs).unref();
  return {
    async text() {
      const asked = await (await open()).metrics();
      return `${asked}\n${times.map((each) => each.text()).join("")}${engine?.metrics.text() ?? ""}`;
    },
    close() {
      clearTimeout(timer);
      for (const each of times) each.close();
      opening?.then((registry) => registry.clear()).catch(() => {});
    },
  };
}

/** What is asked for when somebody looks. */
async function openRegistry({ triggers, workers }: Counted): Promise<Registry> {
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
