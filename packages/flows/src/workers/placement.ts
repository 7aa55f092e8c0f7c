import { growingDelayMs, type Logger } from "@pawl/hooks/guard";
import type { RunRecord } from "../durability/records.ts";
import type { RunThere } from "./run-there.ts";
import type { WorkerProcess } from "./worker-process.ts";
import type { WorkerStatus } from "./worker-status.ts";

export interface PlaceEvents {
  ready(): void;
  gone(how: string, runs: readonly RunThere[]): void;
}

type StartWorker = (on: PlaceEvents) => WorkerProcess;

/** A place that a worker process fills, one after another. */
interface Place {
  readonly isForSuspects: boolean;
  worker: WorkerProcess | undefined;
  restarts: number;
  /** Ends in a row that came before or soon after it was ready. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

interface Waiter {
  readonly run: RunRecord;
  readonly isSuspect: boolean;
  readonly resolve: (worker: WorkerProcess) => void;
}

const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** A worker that lived so long was sound. */
const soundMs = 5_000;
/** Workers of suspects that have nothing to do stay so long. */
const idleMs = 10_000;

/** Which worker executes a run: the least busy one, and for a suspect one of its own. */
export class Placement {
  readonly #log: Logger;
  readonly #start: StartWorker;
  readonly #places: Place[] = [];
  readonly #leaving = new Set<WorkerProcess>();
  readonly #mostForSuspects: number;
  #waiters: Waiter[] = [];
  isClosing: boolean = false;

  constructor(size: number, log: Logger, start: StartWorker) {
    this.#log = log;
    this.#start = start;
    this.#mostForSuspects = Math.max(1, size);
    for (let index = 0; index < size; index++) this.#open(false);
  }

  get workers(): readonly WorkerProcess[] {
    return [...this.#places.flatMap(({ worker }) => worker ?? []), ...this.#leaving];
  }

  /** A worker that takes the run, now or when there is one. Rejects with the signal's reason. */
  place(run: RunRecord, signal: AbortSignal, isSuspect: boolean): WorkerProcess | Promise<WorkerProcess> {
    const found = this.#find(run, isSuspect);
    found?.expect();
    if (found !== undefined) return found;
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { run, isSuspect, resolve };
      this.#waiters.push(waiter);
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      if (isSuspect) this.#openForSuspect();
    });
  }

  /** A run has ended somewhere. */
  freed(): void {
    if (this.#waiters.length > 0) this.#serveWaiters();
    for (const worker of this.#leaving) if (worker.runs.size === 0) this.#dismiss(worker);
  }

  renew(): void {
    for (const place of this.#places) {
      const old = place.worker;
      if (old === undefined) continue;
      this.#leaving.add(old);
      this.#fill(place);
    }
    this.freed();
  }

  status(): WorkerStatus[] {
    const one = (worker: WorkerProcess, state: WorkerStatus["state"], place?: Place): WorkerStatus => ({
      pid: worker.pid,
      state,
      isForSuspects: place?.isForSuspects ?? false,
      runs: worker.busyRuns,
      waiting: worker.runs.size - worker.busyRuns,
      startedAt: worker.startedAt,
      restarts: place?.restarts ?? 0,
    });
    const inPlace = this.#places.flatMap((place) =>
      place.worker === undefined ? [] : [one(place.worker, place.worker.isReady ? "ready" : "starting", place)],
    );
    return [...inPlace, ...[...this.#leaving].map((worker) => one(worker, "leaving"))];
  }

  async close(): Promise<void> {
    this.isClosing = true;
    for (const place of this.#places) clearTimeout(place.timer);
    await Promise.all(this.workers.map((worker) => worker.close()));
  }

  #find(run: RunRecord, isSuspect: boolean): WorkerProcess | undefined {
    return isSuspect ? this.#findForSuspect(run) : this.#leastBusy();
  }

  #leastBusy(): WorkerProcess | undefined {
    let best: WorkerProcess | undefined;
    for (const { isForSuspects, worker } of this.#places) {
      if (isForSuspects || worker === undefined || !worker.isReady) continue;
      if (best === undefined || worker.busyRuns < best.busyRuns) best = worker;
    }
    return best;
  }

  /** Alone; but a run that its parent waits for goes where the parent is, or both would wait for ever. */
  #findForSuspect({ parent }: RunRecord): WorkerProcess | undefined {
    const ready = this.#places.flatMap(({ isForSuspects, worker }) => (isForSuspects && worker?.isReady ? worker : []));
    return (
      ready.find((worker) => parent !== undefined && worker.runs.has(parent.runId)) ??
      ready.find((worker) => worker.busyRuns === 0)
    );
  }

  #openForSuspect(): void {
    const forSuspects = this.#places.filter((place) => place.isForSuspects);
    const isAnyComing = forSuspects.some(({ worker }) => worker === undefined || !worker.hasBeenReady);
    if (!isAnyComing && forSuspects.length < this.#mostForSuspects) this.#open(true);
  }

  #open(isForSuspects: boolean): void {
    const place: Place = { isForSuspects, worker: undefined, restarts: 0, failures: 0, timer: undefined };
    this.#places.push(place);
    this.#fill(place);
  }

  #fill(place: Place): void {
    place.timer = undefined;
    const worker = this.#start({
      ready: () => this.#serveWaiters(),
      gone: (how, runs) => this.#gone(place, worker, { how, runs: runs.length }),
    });
    place.worker = worker;
  }

  #gone(place: Place, worker: WorkerProcess, end: { readonly how: string; readonly runs: number }): void {
    if (this.#leaving.delete(worker) || this.isClosing || place.worker !== worker) return;
    this.#log.warn(`The worker process ${worker.pid} ended: ${end.how}. It had ${runsText(end.runs)}.`);
    clearTimeout(place.timer);
    place.worker = undefined;
    place.restarts++;
    const isSound = worker.hasBeenReady && Date.now() - worker.startedAt >= soundMs;
    place.failures = isSound ? 0 : place.failures + 1;
    // The first end is an accident; what ends again and again is started ever more slowly.
    const delay = { initialDelayMs: firstDelayMs, maxDelayMs: longestDelayMs };
    const delayMs = place.failures <= 1 ? 0 : growingDelayMs(delay, place.failures - 1);
    place.timer = setTimeout(() => this.#fill(place), delayMs);
  }

  #serveWaiters(): void {
    this.#waiters = this.#waiters.filter(({ run, isSuspect, resolve }) => {
      const worker = this.#find(run, isSuspect);
      if (worker === undefined) return true;
      worker.expect();
      resolve(worker);
      return false;
    });
    if (this.#waiters.some(({ isSuspect }) => isSuspect)) this.#openForSuspect();
    else this.#dismissIdleLater();
  }

  #dismissIdleLater(): void {
    for (const place of this.#places.filter(({ isForSuspects }) => isForSuspects)) {
      place.timer ??= setTimeout(() => this.#dismissIdle(place), idleMs).unref();
    }
  }

  #dismissIdle(place: Place): void {
    place.timer = undefined;
    const { worker } = place;
    if (worker === undefined || this.isClosing) return;
    if (worker.runs.size > 0) {
      this.#dismissIdleLater();
      return;
    }
    this.#places.splice(this.#places.indexOf(place), 1);
    this.#dismiss(worker);
  }

  #dismiss(worker: WorkerProcess): void {
    this.#leaving.add(worker);
    worker.close().finally(() => this.#leaving.delete(worker));
  }
}

function runsText(count: number): string {
  if (count === 0) return "no run";
  return count === 1 ? "one run, which goes on elsewhere" : `${count} runs, which go on elsewhere`;
}
