import { DatabaseClosedError } from "../sqlite/index.ts";
import {
  type RunBody,
  RunCancelled,
  RunInterrupted,
  type RunOutcome,
  type Worker,
  type WorkOptions,
} from "./durability.ts";
import type { Claimed, Effects } from "./effects.ts";
import { endChild } from "./end-child.ts";
import type { Journal } from "./journal.ts";
import { OpenRun } from "./open-run.ts";
import type { OwnerLife } from "./owner-life.ts";
import type { RunRecord } from "./records.ts";
import { hasEnded, type RunState } from "./run-state.ts";
import { Scope } from "./scope.ts";

const defaultConcurrency = 64;
const defaultGraceMs = 30_000;
/** How long a body may take to heed its signal when the worker stops. */
const settleMs = 3_000;
const writeRetryMs = 1_000;
const closing = "The worker is being closed.";

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
  /** Nothing was ready when it was last looked; whatever makes a run ready says so by `claim`. */
  #isDrained = false;
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
  settle(claimed: RunRecord | undefined): void {
    this.#reserved--;
    if (claimed === undefined) this.#fillPlaces();
    else this.#execute(claimed);
  }

  /** Looks for runs to execute, because there may be new ones. Cheap when there is no place or nothing to do. */
  claim(): void {
    this.#isDrained = false;
    this.#fillPlaces();
  }

  #fillPlaces(): void {
    if (this.#isClosing || this.#isDrained) return;
    if (this.#isClaiming) {
      this.#shouldClaimAgain = true;
      return;
    }
    if (!this.#hasCandidates()) return;
    this.#isClaiming = true;
    this.#journal
      .transact((effects) => {
        this.#owners.register();
        return this.#journal.transitions.claim(this.#candidates(), effects);
      })
      .then(
        (claimed) => this.#claimed(claimed),
        (error) => {
          this.#journal.log.warn("No run could be claimed; this is tried again.", { error });
          this.#claimed([]);
        },
      );
  }

  async close(graceMs: number = defaultGraceMs): Promise<void> {
    if (this.#isClosing) return this.#drained();
    this.#isClosing = true;
    for (const run of this.#mine) if (run.isWaiting) run.interrupt(closing);
    const { clock } = this.#journal;
    const interrupt = () => {
      for (const run of this.#mine) run.interrupt(closing);
      stopTimer = clock.after(settleMs, () => this.#abandon());
    };
    let stopTimer = () => {};
    if (graceMs > 0) stopTimer = clock.after(graceMs, interrupt);
    else interrupt();
    await this.#drained();
    stopTimer();
    this.#onClosed(this);
  }

  /** Bodies that do not heed their signal are left behind; what they still write is refused. */
  #abandon(): void {
    for (const run of this.#mine) {
      this.#giveBack(run);
      this.#forget(run);
    }
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

  #hasCandidates(): boolean {
    this.#isDrained = this.only === undefined && !this.#journal.tables.runs.hasReady();
    if (this.#isDrained) return false;
    return this.#candidates().length > 0;
  }

  #candidates(): RunState[] {
    const { runs } = this.#journal.tables;
    if (this.only !== undefined) return runs.readyOf(this.only, this.#journal.owner.id);
    const free = this.#free();
    // Children run on their parent's place, so they are claimed even when all places are taken.
    return free > 0 ? runs.ready(free) : runs.readyChildren();
  }

  #claimed(claimed: readonly Claimed[]): void {
    this.#isClaiming = false;
    for (const { record, cancelReason } of claimed) this.#execute(record, cancelReason);
    if (this.#shouldClaimAgain) {
      this.#shouldClaimAgain = false;
      this.claim();
    }
  }

  #execute(record: RunRecord, cancelReason: string | null = null): void {
    const run = new OpenRun(record, this.#journal, { endChild, onPhase: () => this.#fillPlaces() });
    this.#open.set(run.id, run);
    this.#mine.add(run);
    if (cancelReason !== null) run.cancel(cancelReason);
    if (this.#isClosing) run.interrupt(closing);
    this.#live(run).finally(() => this.#forget(run));
  }

  async #live(run: OpenRun): Promise<void> {
    const outcome = await this.#outcome(run);
    run.finish();
    if (run.interrupted !== undefined) return this.#giveBack(run);
    await this.#untilWritten(async () => {
      if (run.interrupted === undefined) await this.#end(run, outcome);
    });
  }

  /** What gets the place of a run that ends is begun in the same transaction. */
  async #end(run: OpenRun, outcome: RunOutcome): Promise<void> {
    const isClaiming = this.only === undefined && !this.#isClosing && !this.#isClaiming;
    if (isClaiming) this.#isClaiming = true;
    let claimed: readonly Claimed[] = [];
    try {
      claimed = await run.writes.write((effects) => {
        if (isClaiming) {
          this.#owners.register();
          effects.free = this.#free();
        }
        this.#journal.transitions.end(run.id, outcome, effects, run.isTidy);
        return effects.claimed;
      });
    } catch (error) {
      if (run.interrupted === undefined) throw error;
    } finally {
      if (isClaiming) this.#claimed(claimed);
    }
  }

  /** A full disk, say: what has become of the run waits until it can be written. */
  async #untilWritten(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (error instanceof DatabaseClosedError) return;
        this.#journal.log.error("The end of a run could not be written; this is tried again.", { error });
        await this.#journal.clock.sleep(writeRetryMs);
      }
    }
  }

  /** What the body says, or what its error says about the run. */
  async #outcome(run: OpenRun): Promise<RunOutcome> {
    try {
      const outcome = await this.#body(run.record, new Scope(run, run.id));
      JSON.stringify(outcome.outputs);
      return outcome;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof RunInterrupted) run.interrupt(message);
      if (!(run.signal.reason instanceof RunCancelled)) {
        return { status: "failed", outputs: null, error: { code: "run-failed", message } };
      }
      return { status: "cancelled", outputs: null, error: { code: "cancelled", message: run.signal.reason.message } };
    }
  }

  #giveBack(run: OpenRun): Promise<void> {
    const orphan = (state: RunState, effects: Effects) => {
      if (!hasEnded(state.status)) this.#journal.transitions.orphan(state, effects);
    };
    return this.#untilWritten(() =>
      run.writes.change(orphan).catch((error) => {
        // Another owner has it already.
        if (!(error instanceof RunInterrupted)) throw error;
      }),
    );
  }

  #forget(run: OpenRun): void {
    this.#mine.delete(run);
    if (this.#open.get(run.id) === run) this.#open.delete(run.id);
    if (this.#mine.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
    if (run.id === this.only && run.interrupted === undefined) this.close().catch(() => {});
    else this.#fillPlaces();
  }
}
