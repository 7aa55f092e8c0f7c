import { RunCancelled, RunInterrupted } from "../durability/durability.ts";
import type { RunRecord, StepRecord } from "../durability/records.ts";
import type { Link } from "./link.ts";
import type { AbortKind, Earlier, FromWorker } from "./protocol.ts";

/** A run that this worker executes, and its supervisor records. */
export class RemoteRun {
  readonly record: RunRecord;
  readonly link: Link;
  readonly recorded: Map<string, StepRecord>;
  readonly #isSuspect: boolean;
  readonly #controller = new AbortController();
  readonly #permits = new Map<string, (earlier: Earlier) => void>();
  #interrupted: RunInterrupted | undefined;
  #busyScopes = 0;
  #waits = 0;
  #isCheckingIdle = false;
  #hasSaidIdle = false;

  constructor(record: RunRecord, link: Link, earlier: { steps: readonly StepRecord[]; isSuspect: boolean }) {
    this.record = record;
    this.link = link;
    this.recorded = new Map(earlier.steps.map((step) => [step.id, step]));
    this.#isSuspect = earlier.isSuspect;
  }

  get id(): string {
    return this.record.id;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isInterrupted(): boolean {
    return this.#interrupted !== undefined;
  }

  /** While something of it waits, the run may have given its place away: a step has to ask for one. */
  get mayBeParked(): boolean {
    return this.#waits > 0 || this.#hasSaidIdle;
  }

  abort(kind: AbortKind, message: string): void {
    if (kind === "interrupted") this.#interrupted ??= new RunInterrupted(message);
    this.#controller.abort(this.#interrupted ?? new RunCancelled(message));
  }

  throwIfInterrupted(): void {
    if (this.#interrupted !== undefined) throw this.#interrupted;
  }

  begin(step: Omit<Extract<FromWorker, { type: "step" }>, "type" | "run">): void {
    this.link.send({ type: "step", run: this.id, ...step });
    if (this.#isSuspect) this.link.flush();
  }

  /** Resolves with the attempts of earlier lives when the supervisor lets the step begin. */
  permit(id: string): Promise<Earlier> {
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#interrupted && reject(this.#interrupted);
      this.signal.addEventListener("abort", onAbort);
      this.#permits.set(id, (earlier) => {
        this.signal.removeEventListener("abort", onAbort);
        this.#permits.delete(id);
        resolve(earlier);
      });
    });
  }

  go(id: string, earlier: Earlier): void {
    this.#hasSaidIdle = false;
    this.#permits.get(id)?.(earlier);
  }

  busy(change: 1 | -1): void {
    this.#busyScopes += change;
    this.#checkIdle();
  }

  waiting(change: 1 | -1): void {
    this.#waits += change;
    if (change === -1) this.#hasSaidIdle = false;
    this.#checkIdle();
  }

  /** When nothing but waits is left to happen, the supervisor may give the run's places away. */
  #checkIdle(): void {
    if (!this.#isIdle() || this.#isCheckingIdle) return;
    this.#isCheckingIdle = true;
    setImmediate(() => {
      this.#isCheckingIdle = false;
      if (!this.#isIdle()) return;
      this.#hasSaidIdle = true;
      this.link.send({ type: "idle", run: this.id, waits: this.#waits });
    });
  }

  #isIdle(): boolean {
    return !this.#hasSaidIdle && this.#busyScopes === 0 && this.#waits > 0 && !this.signal.aborted;
  }
}
