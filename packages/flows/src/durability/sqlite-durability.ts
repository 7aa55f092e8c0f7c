import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json } from "../json.ts";
import { DatabaseClosedError, type Statement } from "../sqlite/index.ts";
import type { Durability, QueueOptions, RunBody, RunFilter, StartedRun, Worker, WorkOptions } from "./durability.ts";
import type { Effects } from "./effects.ts";
import { endChild } from "./end-child.ts";
import type { Journal } from "./journal.ts";
import type { OpenRun } from "./open-run.ts";
import type { OwnerLife } from "./owner-life.ts";
import type { NewRun, RunRecord, StepRecord } from "./records.ts";
import { createIdSource } from "./run-id.ts";
import { endedRecord } from "./run-record.ts";
import { hasEnded, type RunEnd } from "./run-state.ts";
import { waitingSteps } from "./waiting-steps.ts";
import { RunWorker } from "./worker.ts";

const pollMs = 100;
/** Every so many polls, dead owners and due sleepers are looked for. */
const pollsPerSweep = 10;

interface EndWaiter {
  readonly resolve: (run: RunRecord) => void;
  readonly reject: (error: unknown) => void;
}

/** The durability port on SQLite tables. */
export class SqliteDurability implements Durability {
  readonly kind: string;
  readonly #journal: Journal;
  readonly #owners: OwnerLife;
  readonly #newId: () => string;
  readonly #workers = new Set<RunWorker>();
  readonly #open = new Map<string, OpenRun>();
  readonly #kills = new Set<Promise<void>>();
  readonly #endWaiters = new Map<string, Set<EndWaiter>>();
  readonly #readVersion: Statement;
  #poll: NodeJS.Timeout | undefined;
  #polls = 0;
  #dataVersion: unknown;

  constructor(kind: string, journal: Journal, owners: OwnerLife) {
    this.kind = kind;
    this.#journal = journal;
    this.#newId = createIdSource(() => journal.clock.now());
    this.#owners = owners;
    this.#readVersion = journal.database.prepare("PRAGMA data_version");
    owners.onDeclaredDead(() => this.#declaredDead());
    journal.onEffects((effects) => this.#carryOut(effects));
  }

  async start(run: NewRun, options: QueueOptions = {}): Promise<StartedRun> {
    const isHere = options.here === true;
    const worker = isHere ? undefined : [...this.#workers].find((each) => each.reserve());
    const id = this.#newId();
    const isAlive = (owner: string) => this.#owners.isAliveById(owner);
    let claimed: RunRecord | undefined;
    try {
      const started = await this.#journal.transact((effects) => {
        if (worker !== undefined || isHere) this.#owners.register();
        return this.#journal.transitions.start(
          run,
          id,
          { claim: worker !== undefined, here: isHere, reuse: options.reuse, isAlive },
          effects,
        );
      });
      claimed = started.claimed;
      return { runId: started.runId, created: started.created, dropped: started.dropped };
    } finally {
      worker?.settle(claimed);
    }
  }

  work(body: RunBody, options: WorkOptions = {}): Worker {
    const worker = new RunWorker(this.#journal, this.#owners, {
      body,
      options,
      open: this.#open,
      onClosed: (closed) => {
        this.#workers.delete(closed);
        this.#pollWhileNeeded();
      },
    });
    this.#workers.add(worker);
    this.#pollWhileNeeded();
    this.#sweep().finally(() => worker.claim());
    return worker;
  }

  async cancel(runId: string, reason: string): Promise<"cancelled" | "asked" | "ended" | "unknown"> {
    const isAlive = (owner: string) => this.#owners.isAliveById(owner);
    const answer = await this.#journal.transact((effects) => {
      const state = this.#journal.tables.runs.state(runId);
      if (state === undefined) return "unknown";
      if (hasEnded(state.status)) return "ended";
      return this.#journal.transitions.cancel(state, reason, isAlive, effects);
    });
    await Promise.all(this.#kills);
    return answer;
  }

  signal(runId: string, name: string, value: Json): Promise<boolean> {
    const { runs, waits, owners } = this.#journal.tables;
    return this.#journal.transact((effects) => {
      const state = runs.state(runId);
      if (state === undefined || hasEnded(state.status)) return false;
      waits.send(runId, name, value);
      if (state.owner === this.#journal.owner.id) effects.goOn.push(runId);
      else if (state.owner !== null) owners.wish(state.owner, runId);
      else if (state.status === "waiting" && waits.hasAwaitedSignal(runId)) {
        this.#journal.transitions.requeue(state, effects);
      }
      return true;
    });
  }

  release(runId: string): Promise<"released" | "owned" | "ended" | "unknown"> {
    const { runs } = this.#journal.tables;
    return this.#journal.transact((effects) => {
      const state = runs.state(runId);
      if (state === undefined) return "unknown";
      if (hasEnded(state.status)) return "ended";
      if (state.owner !== null && this.#owners.isAliveById(state.owner)) return "owned";
      if (state.owner !== null) this.#owners.bury(state.owner, effects);
      const now = runs.state(runId)!;
      if (now.status === "waiting") this.#journal.transitions.requeue(now, effects);
      return "released";
    });
  }

  async get(runId: string): Promise<RunRecord | undefined> {
    return this.#journal.tables.runs.record(runId);
  }

  async steps(runId: string): Promise<readonly StepRecord[]> {
    const { steps, waits } = this.#journal.tables;
    return waitingSteps(
      steps.ofRun(runId).map((step) => step.record),
      waits.ofRun(runId),
    );
  }

  async list(filter: RunFilter = {}): Promise<readonly RunRecord[]> {
    return this.#journal.tables.runs.list(filter);
  }

  async ended(runId: string, signal?: AbortSignal): Promise<RunRecord> {
    signal?.throwIfAborted();
    if (!this.#goesOnHere(runId)) {
      const { runs } = this.#journal.tables;
      if (runs.hasEnded(runId)) return runs.record(runId)!;
      if (runs.state(runId) === undefined) throw new Error(`There is no run ${runId}.`);
    }
    const waiters = this.#endWaiters.get(runId) ?? new Set();
    this.#endWaiters.set(runId, waiters);
    let waiter: EndWaiter | undefined;
    const onAbort = () => waiter?.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await new Promise<RunRecord>((resolve, reject) => {
        waiter = { resolve, reject };
        waiters.add(waiter);
        this.#pollWhileNeeded();
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (waiter !== undefined) waiters.delete(waiter);
      if (waiters.size === 0) this.#endWaiters.delete(runId);
      this.#pollWhileNeeded();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.close(0)));
    const error = new DatabaseClosedError("The store was closed before the run ended.");
    for (const waiters of this.#endWaiters.values()) for (const waiter of waiters) waiter.reject(error);
    this.#endWaiters.clear();
    this.#pollWhileNeeded();
    await Promise.all(this.#kills);
  }

  #carryOut(effects: Effects): void {
    for (const child of effects.kill) this.#kill(child);
    for (const { id, reason } of effects.cancel) this.#open.get(id)?.cancel(reason);
    for (const id of effects.goOn) this.#hasNews(id);
    for (const end of effects.ended) this.#hasEnded(end);
    if (effects.ready) for (const worker of this.#workers) worker.claim();
  }

  #kill(child: ProcessIdentity): void {
    const kill = endChild(child)
      .catch((error) => this.#journal.log.error("A child process could not be ended.", { error, pid: child.pid }))
      .finally(() => this.#kills.delete(kill));
    this.#kills.add(kill);
  }

  /** Its body is at work in this process, so there is no end of it to be read. */
  #goesOnHere(id: string): boolean {
    return this.#open.get(id)?.isOver === false;
  }

  #hasEnded(end: RunEnd): void {
    const waiters = this.#endWaiters.get(end.id);
    if (waiters === undefined) return;
    const open = this.#open.get(end.id);
    const run = open === undefined ? this.#journal.tables.runs.record(end.id)! : endedRecord(open.record, end);
    for (const waiter of waiters) waiter.resolve(run);
  }

  /** Ends that other processes have written. */
  #lookForEnds(): void {
    const { runs } = this.#journal.tables;
    for (const [id, waiters] of this.#endWaiters) {
      if (!runs.hasEnded(id)) continue;
      const run = runs.record(id)!;
      for (const waiter of waiters) waiter.resolve(run);
    }
  }

  /** Something has changed about a run of this process: a wish to cancel it, a signal, a place in its lane. */
  #hasNews(id: string): void {
    const run = this.#open.get(id);
    if (run === undefined) return;
    const state = this.#journal.tables.runs.state(id);
    if (state === undefined) return;
    if (state.cancelReason !== null) run.cancel(state.cancelReason);
    else if (state.status === "running" && !run.isRunning) run.goOn();
    run.deliver();
  }

  #declaredDead(): void {
    for (const run of this.#open.values()) run.interrupt("This process was silent for too long and lost its runs.");
  }

  /** Other processes are heard only by looking. */
  #pollWhileNeeded(): void {
    const isNeeded = this.#workers.size > 0 || this.#endWaiters.size > 0;
    if (isNeeded === (this.#poll !== undefined)) return;
    clearInterval(this.#poll);
    this.#poll = isNeeded ? setInterval(() => this.#look(), pollMs) : undefined;
  }

  #look(): void {
    const isSweep = ++this.#polls % pollsPerSweep === 0;
    if (isSweep) this.#sweep();
    try {
      const version = this.#readVersion.get()?.data_version;
      if (version === this.#dataVersion && !isSweep) return;
      this.#dataVersion = version;
      this.#lookForEnds();
      for (const worker of this.#workers) worker.claim();
      this.#takeWishes();
    } catch (error) {
      this.#dataVersion = undefined;
      this.#journal.log.warn("The store could not be read; this is tried again.", { error });
    }
  }

  #takeWishes(): void {
    const { owners } = this.#journal.tables;
    if (!owners.hasWishes(this.#journal.owner.id)) return;
    this.#journal
      .transact(() => owners.takeWishes(this.#journal.owner.id))
      .then(
        (ids) => {
          for (const id of ids) this.#hasNews(id);
        },
        (error) => this.#journal.log.warn("Wishes from other processes could not be read.", { error }),
      );
  }

  async #sweep(): Promise<void> {
    try {
      await this.#owners.sweep();
    } catch (error) {
      this.#journal.log.warn("Runs of dead processes could not be looked for; this is tried again.", { error });
    }
  }
}
