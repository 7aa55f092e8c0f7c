import type { RunBody, RunOutcome, Worker, WorkOptions } from "./durability.ts";
import { endChild } from "./end-child.ts";
import type { Journal } from "./journal.ts";
import { OpenRun } from "./open-run.ts";
import type { OwnerLife } from "./owner-life.ts";
import { hasEnded, type RunState } from "./run-table.ts";
import { Scope } from "./scope.ts";

const defaultConcurrency = 64;
const defaultGraceMs = 30_000;
/** Children run on their parent's place, so some are claimed even when all places are taken. */
const childrenAtOnce = 64;

/** Claims runs and executes them with one body. */
export class RunWorker implements Worker {
  readonly only: string | undefined;
  readonly #journal: Journal;
  readonly #owners: OwnerLife;
  readonly #body: RunBody;
  readonly #concurrency: number;
  readonly #open: Map<string, OpenRun>;
  readonly #mine = new Set<OpenRun>();
  readonly #onClosed: (worker: RunWorker) => void;
  #reserved = 0;
  #isClaiming = false;
  #shouldClaimAgain = false;
  #isClosing = false;
  #idleWaiters: (() => void)[] = [];

  constructor(
    journal: Journal,
    owners: OwnerLife,
    setup: { body: RunBody; options: WorkOptions; open: Map<string, OpenRun>; onClosed: (worker: RunWorker) => void },
  ) {
    this.#journal = journal;
    this.#owners = owners;
    this.#body = setup.body;
    this.#concurrency = setup.options.concurrency ?? defaultConcurrency;
    this.only = setup.options.only;
    this.#open = setup.open;
    this.#onClosed = setup.onClosed;
  }

  /** Keeps a place for a run that is being started, or says that there is none. */
  reserve(): boolean {
    if (this.#isClosing || this.only !== undefined || this.#free() <= 0) return false;
    this.#reserved++;
    return true;
  }

  /** Uses or gives back what `reserve` kept. */
  settle(claimed: RunState | undefined): void {
    this.#reserved--;
    if (claimed !== undefined) this.#execute(claimed);
  }

  /** Looks for runs to execute. Cheap when there is no place or nothing to do. */
  claim(): void {
    if (this.#isClosing) return;
    if (this.#isClaiming) {
      this.#shouldClaimAgain = true;
      return;
    }
    if (this.#candidates().length === 0) return;
    this.#isClaiming = true;
    this.#journal
      .transact((effects) => {
        this.#owners.register();
        return this.#journal.transitions.claim(this.#candidates(), effects);
      })
      .then(
        (claimed) => this.#claimed(claimed),
        () => this.#claimed([]),
      );
  }

  async close(graceMs: number = defaultGraceMs): Promise<void> {
    if (this.#isClosing) return this.#drained();
    this.#isClosing = true;
    const runs = [...this.#mine];
    for (const run of runs) if (!run.isRunning) run.interrupt("The worker is being closed.");
    const stop = this.#journal.clock.after(graceMs, () => {
      for (const run of this.#mine) run.interrupt("The worker is being closed.");
    });
    await this.#drained();
    stop();
    this.#onClosed(this);
  }

  #drained(): Promise<void> {
    if (this.#mine.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #free(): number {
    let used = this.#reserved;
    for (const run of this.#mine) if (run.isRunning && run.record.parent === undefined) used++;
    return this.#concurrency - used;
  }

  #candidates(): RunState[] {
    const { runs } = this.#journal.tables;
    if (this.only !== undefined) return runs.readyOf(this.only, this.#journal.owner.id, childrenAtOnce);
    const free = this.#free();
    return free > 0 ? runs.ready(free) : runs.readyChildren(childrenAtOnce);
  }

  #claimed(states: readonly RunState[]): void {
    this.#isClaiming = false;
    for (const state of states) this.#execute(state);
    if (this.#shouldClaimAgain) {
      this.#shouldClaimAgain = false;
      this.claim();
    }
  }

  #execute(state: RunState): void {
    const record = this.#journal.tables.runs.record(state.id);
    if (record === undefined) return;
    const run = new OpenRun(record, this.#journal, { endChild, onPhase: () => this.claim() });
    this.#open.set(run.id, run);
    this.#mine.add(run);
    if (state.cancelReason !== null) run.cancel(state.cancelReason);
    if (this.#isClosing) run.interrupt("The worker is being closed.");
    this.#live(run).finally(() => this.#forget(run));
  }

  async #live(run: OpenRun): Promise<void> {
    const outcome = await this.#outcome(run);
    if (run.interrupted !== undefined) return this.#giveBack(run);
    await run
      .change((state, effects) => this.#journal.transitions.end(state, outcome, effects))
      .catch(() => this.#giveBack(run));
  }

  /** What the body says, or what its error says about the run. */
  async #outcome(run: OpenRun): Promise<RunOutcome> {
    try {
      const outcome = await this.#body(run.record, new Scope(run, run.id));
      JSON.stringify(outcome.outputs);
      return outcome;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (run.signal.aborted) return { status: "cancelled", outputs: null, error: { code: "cancelled", message } };
      return { status: "failed", outputs: null, error: { code: "run-failed", message } };
    }
  }

  async #giveBack(run: OpenRun): Promise<void> {
    await this.#journal
      .transact((effects) => {
        const state = this.#journal.tables.runs.state(run.id);
        if (state === undefined || !run.holds() || hasEnded(state.status)) return;
        this.#journal.transitions.orphan(state, effects);
      })
      .catch(() => {});
  }

  #forget(run: OpenRun): void {
    this.#mine.delete(run);
    if (this.#open.get(run.id) === run) this.#open.delete(run.id);
    if (this.#mine.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
    if (run.id === this.only && run.interrupted === undefined) this.close().catch(() => {});
    else this.claim();
  }
}
