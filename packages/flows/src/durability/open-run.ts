import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json } from "../json.ts";
import { RunCancelled, RunInterrupted } from "./durability.ts";
import type { Journal } from "./journal.ts";
import type { RunRecord } from "./records.ts";
import { RunWrites } from "./run-writes.ts";
import type { StoredStep } from "./step-table.ts";
import type { StoredWait } from "./wait-table.ts";

/** A sleep or wait that has not ended. */
export interface Park {
  readonly wait: StoredWait;
  readonly resolve: (value: Json | undefined) => void;
  readonly reject: (reason: unknown) => void;
  stopTimer: () => void;
}

/** `queued`: it could go on, and waits for a place in its lane. `over`: its body has ended. */
type Phase = "running" | "waiting" | "queued" | "over";

/** A run that this process executes: what is recorded of it, what it waits for, and how it is stopped. */
export class OpenRun {
  readonly record: RunRecord;
  readonly journal: Journal;
  readonly steps: Map<string, StoredStep> = new Map();
  readonly waits: Map<string, StoredWait> = new Map();
  readonly endChild: (child: ProcessIdentity) => Promise<void>;
  readonly writes: RunWrites;
  readonly #controller = new AbortController();
  readonly #parks = new Map<string, Park>();
  readonly #onPhase: () => void;
  #interrupted: RunInterrupted | undefined;
  #phase: Phase = "running";
  #busyScopes = 0;
  #openSteps = 0;
  #hasWaited = false;
  #nextPosition = 0;
  readonly #leftPositions = new Map<string, number>();
  #isCheckingIdle = false;
  #isDelivering = false;
  #hasNews = false;
  #placeWaiters: (() => void)[] = [];

  constructor(
    record: RunRecord,
    journal: Journal,
    options: { endChild: (child: ProcessIdentity) => Promise<void>; onPhase: () => void },
  ) {
    this.record = record;
    this.journal = journal;
    this.writes = new RunWrites(journal, record, () => this.interrupt("Another process has taken over this run."));
    this.endChild = options.endChild;
    this.#onPhase = options.onPhase;
    // Only an earlier life, or the run that this one repeats, can have left records.
    if (record.starts > 1 || record.trigger.replay !== undefined) this.#load();
  }

  get id(): string {
    return this.record.id;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isRunning(): boolean {
    return this.#phase === "running";
  }

  get isOver(): boolean {
    return this.#phase === "over";
  }

  get isWaiting(): boolean {
    return this.#phase === "waiting" || this.#phase === "queued";
  }

  get interrupted(): RunInterrupted | undefined {
    return this.#interrupted;
  }

  /** No step of it is open, and it has never waited. */
  get isTidy(): boolean {
    return this.record.starts === 1 && this.#openSteps === 0 && !this.#hasWaited;
  }

  /** The place of a step that begins now in the order of starts. */
  beginStep(id: string): number {
    this.#openSteps++;
    return this.#leftPositions.get(id) ?? this.#nextPosition++;
  }

  /** It has no end, and may be begun again. */
  leaveStep({ record: { id }, position }: StoredStep): void {
    this.#leftPositions.set(id, position);
  }

  endStep(step: StoredStep): void {
    this.#openSteps--;
    this.steps.set(step.record.id, step);
  }

  beginWait(): void {
    this.#hasWaited = true;
  }

  /** Its body has ended: the place at its worker is free while the end becomes durable. */
  finish(): void {
    this.#phase = "over";
  }

  cancel(reason: string): void {
    this.#abort(new RunCancelled(reason));
  }

  /** Stops it here without an end: it goes on elsewhere or later. */
  interrupt(message: string): RunInterrupted {
    this.#interrupted ??= new RunInterrupted(message);
    this.#abort(this.#interrupted);
    return this.#interrupted;
  }

  throwIfInterrupted(): void {
    if (this.#interrupted !== undefined) throw this.#interrupted;
  }

  busy(change: 1 | -1): void {
    this.#busyScopes += change;
    this.#checkIdle();
  }

  park(park: Park): void {
    this.#parks.set(park.wait.id, park);
    this.#startTimer(park);
    this.#checkIdle();
    // A signal may have come with the commit that made this wait durable.
    if (this.journal.tables.waits.hasAwaitedSignal(this.id)) this.deliver();
  }

  /** Ends the waits whose signal or time has come. */
  deliver(): void {
    if (this.#parks.size === 0 || this.signal.aborted) return;
    this.#hasNews = true;
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.#hasNews = false;
    this.writes
      .change((state) => {
        const done = [...this.#parks.values()].flatMap((park) => this.#finish(park.wait) ?? []);
        return { done, isAdmitted: done.length === 0 || this.journal.transitions.wake(state) };
      })
      .then(({ done, isAdmitted }) => this.#delivered(done, isAdmitted))
      .catch((error) => this.#abort(error));
  }

  /** Resolves when the run has a place in its lane again; at once for one that is being cancelled. */
  async regainPlace(): Promise<void> {
    if (this.#phase === "running" || this.signal.aborted) return;
    if (this.#phase === "queued") return this.#regain(false);
    await this.#regain(await this.writes.change((state) => this.journal.transitions.wake(state)));
    this.throwIfInterrupted();
  }

  /** Its lane has a place for it. */
  goOn(): void {
    this.#setPhase("running");
    for (const resume of this.#placeWaiters.splice(0)) resume();
  }

  #regain(isAdmitted: boolean): Promise<void> | void {
    if (isAdmitted || this.signal.aborted) return this.#setPhase("running");
    this.#setPhase("queued");
    // The place may have come with the same commit.
    if (this.journal.tables.runs.state(this.id)?.status === "running") return this.#setPhase("running");
    return new Promise((resolve) => this.#placeWaiters.push(resolve));
  }

  async #delivered(done: readonly StoredWait[], isAdmitted: boolean): Promise<void> {
    const parks = done.map((wait) => this.#unpark(wait)).filter((park) => park !== undefined);
    this.#isDelivering = false;
    for (const park of this.#parks.values()) this.#startTimer(park);
    if (this.#hasNews) this.deliver();
    if (parks.length === 0) return;
    await this.#regain(isAdmitted);
    for (const park of parks) {
      if (this.signal.aborted) park.reject(this.signal.reason);
      else park.resolve(this.waits.get(park.wait.id)?.value);
    }
  }

  #finish(wait: StoredWait): StoredWait | undefined {
    const { waits } = this.journal.tables;
    const signal = wait.name === undefined ? undefined : waits.take(this.id, wait.name);
    const isOver = wait.until !== undefined && wait.until <= this.journal.clock.now();
    if (signal === undefined && !isOver) return undefined;
    const done = { ...wait, done: true, value: signal?.value };
    waits.save(this.id, done);
    return done;
  }

  #unpark(wait: StoredWait): Park | undefined {
    const park = this.#parks.get(wait.id);
    if (park === undefined) return undefined;
    this.#parks.delete(wait.id);
    this.waits.set(wait.id, wait);
    park.stopTimer();
    return park;
  }

  /** A timer may end a little early, and sleeps longer than a timer can count are several: it is asked again. */
  #startTimer(park: Park): void {
    park.stopTimer();
    if (park.wait.until === undefined) return;
    const left = Math.max(1, park.wait.until - this.journal.clock.now());
    park.stopTimer = this.journal.clock.after(left, () => this.deliver());
  }

  /** When nothing but waits is left to happen, the run gives its places away. */
  #checkIdle(): void {
    if (!this.#isIdle() || this.#isCheckingIdle) return;
    this.#isCheckingIdle = true;
    setImmediate(() => {
      this.#isCheckingIdle = false;
      if (!this.#isIdle()) return;
      this.writes
        .change((state, effects) => {
          if (!this.#isIdle()) return false;
          this.journal.transitions.park(state, effects);
          return true;
        })
        .then(
          (isParked) => isParked && this.#parked(),
          (error) => this.#abort(error),
        );
    });
  }

  #parked(): void {
    this.#setPhase("waiting");
    // A step has begun while that became durable.
    if (this.#busyScopes > 0) Promise.resolve(this.regainPlace()).catch((error) => this.#abort(error));
  }

  #isIdle(): boolean {
    return this.#phase === "running" && this.#busyScopes === 0 && this.#parks.size > 0 && !this.signal.aborted;
  }

  #setPhase(phase: Phase): void {
    if (phase === this.#phase || this.#phase === "over") return;
    this.#phase = phase;
    this.#onPhase();
  }

  #abort(reason: unknown): void {
    this.#controller.abort(reason);
    for (const park of this.#parks.values()) {
      park.stopTimer();
      park.reject(reason);
    }
    this.#parks.clear();
    for (const resume of this.#placeWaiters.splice(0)) resume();
  }

  #load(): void {
    for (const step of this.journal.tables.steps.ofRun(this.id)) {
      this.steps.set(step.record.id, step);
      this.#nextPosition = Math.max(this.#nextPosition, step.position + 1);
    }
    for (const wait of this.journal.tables.waits.ofRun(this.id)) this.waits.set(wait.id, wait);
  }
}
