import { formatDuration, type Logger, reportGuardCall, silentLogger } from "@pawl/hooks/guard";
import type { RunBody, RunScope } from "../durability/durability.ts";
import type { RunRecord, StepRecord } from "../durability/records.ts";
import type { RunStore } from "../durability/store.ts";
import type { StepMetrics } from "../hooks/step-metrics.ts";
import { type Death, Deaths, mostDeaths, poisoned } from "./deaths.ts";
import { type PlaceEvents, Placement } from "./placement.ts";
import type { Ask, FromWorker } from "./protocol.ts";
import type { RunThere } from "./run-there.ts";
import { createServices, OpenAsks, type Service, type ServiceParts } from "./services.ts";
import { lostWorker, WorkerProcess, type WorkerProgram } from "./worker-process.ts";
import type { WorkerStatus } from "./worker-status.ts";

export interface WorkerPoolOptions {
  /** Worker processes beside those that suspects get. */
  readonly size: number;
  /** The file that calls `serveRuns`. */
  readonly entry: string;
  readonly projectDir: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Megabytes of each worker's heap. Default: what Node takes. */
  readonly memoryMb?: number | undefined;
  /** A worker whose event loop is blocked for so long is ended. Default: 30000. */
  readonly hangMs?: number | undefined;
  readonly log?: Logger;
}

/** What an engine lends to the runs that its workers execute. */
export interface PoolHost extends Omit<ServiceParts, "state"> {
  readonly store: RunStore;
  readonly metrics: StepMetrics;
  stepsOf(runId: string): Promise<readonly StepRecord[]>;
}

/** Processes that execute runs, so that what a step does to its process is contained. */
export interface WorkerPool {
  /** The body that executes runs in the workers. */
  bodyFor(host: PoolHost): RunBody;
  status(): readonly WorkerStatus[];
  /** Whether any worker takes runs. */
  readonly isReady: boolean;
  /** Replaces every worker by a new one, which sees the project's code as it is now. Runs end where they are. */
  renew(): void;
  close(): Promise<void>;
}

const defaultHangMs = 30_000;
const beatMs = 1_000;
/** How long the project's code may take to be imported. */
const startMs = 30_000;

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  return new Pool(options);
}

class Pool implements WorkerPool {
  readonly #log: Logger;
  readonly #hangMs: number;
  readonly #placement: Placement;
  readonly #asks = new WeakMap<WorkerProcess, OpenAsks>();
  readonly #watch: NodeJS.Timeout;
  #host: PoolHost | undefined;
  #services: Readonly<Record<string, Service>> = {};
  #deaths: Deaths | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#log = options.log ?? silentLogger;
    this.#hangMs = options.hangMs ?? defaultHangMs;
    const program: WorkerProgram = {
      entry: options.entry,
      start: { projectDir: options.projectDir, beatMs },
      env: options.env ?? process.env,
      memoryMb: options.memoryMb,
    };
    this.#placement = new Placement(options.size, this.#log, (events) => this.#startWorker(program, events));
    this.#watch = setInterval(() => this.#look(), beatMs).unref();
  }

  get isReady(): boolean {
    return this.#placement.workers.some((worker) => worker.isReady);
  }

  bodyFor(host: PoolHost): RunBody {
    this.#host = host;
    this.#services = createServices({ ...host, state: host.store.state });
    this.#deaths = new Deaths(host.store.state);
    return (run, scope) => {
      // Only an earlier life, or the run that this one repeats, can have left records.
      const isFresh = run.starts <= 1 && run.trigger.replay === undefined;
      return isFresh ? this.#execute(run, scope, [], false) : this.#executeAgain(host, run, scope);
    };
  }

  status(): readonly WorkerStatus[] {
    return this.#placement.status();
  }

  renew(): void {
    this.#placement.renew();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#placement.close();
  }

  async #executeAgain(host: PoolHost, run: RunRecord, scope: RunScope) {
    const [steps, deaths] = await Promise.all([host.stepsOf(run.id), this.#deaths!.of(run.id)]);
    if (deaths.length >= mostDeaths) return poisoned(run, deaths);
    const outcome = await this.#execute(run, scope, steps, deaths.length > 0);
    if (deaths.length > 0) await this.#deaths!.forget(run.id);
    return outcome;
  }

  async #execute(run: RunRecord, scope: RunScope, steps: readonly StepRecord[], isSuspect: boolean) {
    const { toolUse } = this.#host!;
    const hasTools = toolUse !== undefined && (toolUse.isUsed?.() ?? true);
    const found = this.#placement.place(run, scope.signal, isSuspect);
    const worker = found instanceof Promise ? await found : found;
    try {
      return await worker.execute(run, scope, { steps, hasTools, isSuspect });
    } finally {
      this.#placement.freed();
    }
  }

  #startWorker(program: WorkerProgram, on: PlaceEvents): WorkerProcess {
    const worker: WorkerProcess = new WorkerProcess(program, {
      ready: on.ready,
      gone: (how, runs) => {
        this.#asks.get(worker)?.close();
        on.gone(how, runs);
        for (const run of runs) void this.#lose(run, how);
      },
      ask: (ask) => this.#ask(worker, ask),
      unask: (message) => this.#asks.get(worker)?.give(message),
      other: (message) => this.#note(message),
    });
    this.#asks.set(worker, new OpenAsks());
    return worker;
  }

  /** A run whose worker is gone goes on in another, unless this has happened to it too often. */
  async #lose(run: RunThere, how: string): Promise<void> {
    const isSuspect = !run.isWaiting && !this.#placement.isClosing;
    const steps = run.openSteps;
    try {
      const deaths = isSuspect ? await this.#count(run.run.id, { how, steps }) : [];
      if (isSuspect) this.#tell(run.run, how, deaths.length);
      run.leave(deaths.length >= mostDeaths ? poisoned(run.run, deaths) : lostWorker(how));
    } catch (error) {
      this.#log.error("It could not be written down that a run's worker ended.", { error });
      run.leave(lostWorker(how));
    }
  }

  async #count(runId: string, death: Omit<Death, "recorded">): Promise<readonly Death[]> {
    const steps = await this.#host!.stepsOf(runId);
    const recorded = steps.filter(({ endedAt }) => endedAt !== undefined).length;
    return this.#deaths!.add(runId, { ...death, recorded });
  }

  #tell({ id: runId, flow }: RunRecord, how: string, times: number): void {
    const then = times >= mostDeaths ? "" : " The run goes on in another one, of its own.";
    const data = { level: "warn", message: `Its worker process ended: ${how}.${then}`, code: "worker-lost" };
    this.#host!.store.events.append({ type: "log", runId, flow, data });
  }

  #ask(worker: WorkerProcess, ask: Ask): void {
    const run = ask.run === undefined ? undefined : worker.runs.get(ask.run)?.run;
    if (run === undefined && ask.run !== undefined) return;
    void this.#asks.get(worker)?.answer(ask, run, this.#services[ask.what], (message) => worker.send(message));
  }

  #note(message: Extract<FromWorker, { type: "event" | "metrics" }>): void {
    const host = this.#host;
    if (host === undefined) return;
    if (message.type === "event") {
      host.store.events.append(message.event);
      return;
    }
    for (const [flow, step, status, seconds] of message.steps) host.metrics.observe({ flow, step }, status, seconds);
    for (const [name, point, status, durationMs, startedAt, traceparent, parent] of message.calls) {
      const outcome = { status, value: undefined } as never;
      reportGuardCall({
        name,
        point,
        outcome,
        onFailure: undefined,
        startedAt,
        durationMs,
        traceparent: traceparent ?? undefined,
        parent: parent ?? undefined,
      });
    }
  }

  /** A worker says every second that its event loop turns. Looks are counted and not time, so that sleep is none. */
  #look(): void {
    for (const worker of this.#placement.workers) {
      const limitMs = worker.hasBeenReady ? this.#hangMs : Math.max(this.#hangMs, startMs);
      if (++worker.silence * beatMs <= limitMs) continue;
      const limit = formatDuration(limitMs);
      worker.kill(worker.hasBeenReady ? `its event loop was blocked for ${limit}` : `it was not ready within ${limit}`);
    }
  }
}
