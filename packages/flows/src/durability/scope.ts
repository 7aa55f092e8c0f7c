import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json } from "../json.ts";
import type { EarlierWait, RunScope, StepAttempt, StepEnd, StepStart } from "./durability.ts";
import type { Effects } from "./effects.ts";
import type { OpenRun } from "./open-run.ts";
import type { AttemptRecord, StepRecord } from "./records.ts";
import { ScopeLoad } from "./scope-load.ts";
import type { StoredStep } from "./step-table.ts";
import type { StoredWait } from "./wait-table.ts";

/** One sequence of steps of an open run. */
export class Scope implements RunScope {
  readonly id: string;
  readonly #run: OpenRun;
  readonly #load: ScopeLoad;

  constructor(run: OpenRun, id: string) {
    this.#run = run;
    this.id = id;
    this.#load = new ScopeLoad((change) => run.busy(change));
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  async step(start: StepStart, execute: (attempt: StepAttempt) => Promise<StepEnd>): Promise<StepRecord> {
    const run = this.#run;
    const known = run.steps.get(start.id);
    if (known?.record.endedAt !== undefined) return known.record;
    if (start.hasGoneOn !== true) run.throwIfInterrupted();
    if (!run.isRunning) await run.regainPlace();
    if (known?.child !== undefined) await run.endChild(known.child);
    const step = new StepInExecution(run, start, known);
    step.begin();
    this.#load.count(1, 0);
    try {
      return await step.end(await execute(step), start);
    } catch (error) {
      step.leave();
      throw error;
    } finally {
      this.#load.count(-1, 0);
    }
  }

  async sleep(recordId: string, until: number): Promise<void> {
    await this.#wait(recordId, undefined, until);
  }

  wait(recordId: string, name: string, expiresAt?: number): Promise<Json | undefined> {
    return this.#wait(recordId, name, expiresAt);
  }

  hasEnded(recordId: string): boolean {
    return this.#run.steps.get(recordId)?.record.endedAt !== undefined;
  }

  earlierWait(id: string, name: string): EarlierWait | undefined {
    const known = this.#run.waits.get(id);
    if (known === undefined) return undefined;
    const { waits } = this.#run.journal.tables;
    return {
      since: known.createdAt,
      until: known.until,
      isOver: known.done || waits.hasSignal(this.#run.id, name),
    };
  }

  branch<T>(recordId: string, body: (scope: RunScope) => Promise<T>): Promise<T> {
    return body(new Scope(this.#run, `${this.#run.id}:${recordId}`));
  }

  hold(): () => void {
    let isHeld = true;
    this.#run.busy(1);
    return () => {
      if (isHeld) this.#run.busy(-1);
      isHeld = false;
    };
  }

  async #wait(id: string, name: string | undefined, until: number | undefined): Promise<Json | undefined> {
    const run = this.#run;
    const known = run.waits.get(id);
    if (known?.done) return known.value;
    this.signal.throwIfAborted();
    const wait: StoredWait = known ?? {
      id,
      name,
      until,
      createdAt: run.journal.clock.now(),
      done: false,
      value: undefined,
    };
    run.beginWait();
    const saved = await run.writes.write(() => saveWait(run, wait));
    if (saved.done) {
      run.waits.set(id, saved);
      return saved.value;
    }
    this.signal.throwIfAborted();
    this.#load.count(0, 1);
    try {
      return await new Promise((resolve, reject) => run.park({ wait: saved, resolve, reject, stopTimer: () => {} }));
    } finally {
      this.#load.count(0, -1);
    }
  }
}

/** Takes a signal that came before, or notes what is waited for. */
function saveWait(run: OpenRun, wait: StoredWait): StoredWait {
  const { waits } = run.journal.tables;
  const signal = wait.name === undefined ? undefined : waits.take(run.id, wait.name);
  const isOver = wait.until !== undefined && wait.until <= run.journal.clock.now();
  const saved = signal !== undefined || isOver ? { ...wait, done: true, value: signal?.value } : wait;
  waits.save(run.id, saved);
  return saved;
}

/** One step from its start to its recorded end. */
class StepInExecution implements StepAttempt {
  readonly #run: OpenRun;
  #stored: StoredStep;
  readonly cutOffSince: number | undefined;
  /** A later write carries everything that an earlier one would. */
  #isWritten = false;

  constructor(run: OpenRun, start: StepStart, known: StoredStep | undefined) {
    this.#run = run;
    this.cutOffSince = known === undefined || run.waits.has(start.id) ? undefined : sinceOf(known);
    this.#stored = {
      record: {
        id: start.id,
        step: start.step,
        status: "running",
        output: null,
        error: undefined,
        attempts: known?.record.attempts ?? [],
        startedAt: known?.record.startedAt ?? run.journal.clock.now(),
        endedAt: undefined,
        reason: undefined,
        hooks: [],
      },
      position: known?.position ?? run.beginStep(start.id),
      child: undefined,
    };
  }

  get earlier(): readonly AttemptRecord[] {
    return this.#stored.record.attempts;
  }

  /** Without an end: should it be executed again by this life, it is the same row. */
  leave(): void {
    this.#run.leaveStep(this.#stored);
  }

  /** Rides on the next commit, so that a step that is over by then costs no write for its start. */
  begin(): void {
    const { journal, id: runId } = this.#run;
    journal.events.append({ type: "step-started", runId, recordId: this.#stored.record.id });
    journal.writer.append(() => {
      if (!this.#isWritten && this.#run.writes.holds()) journal.tables.steps.save(runId, this.#stored);
    });
  }

  failed(attempt: AttemptRecord): Promise<void> {
    const { record } = this.#stored;
    this.#stored = {
      ...this.#stored,
      record: { ...record, attempts: [...record.attempts, attempt] },
      child: undefined,
    };
    const data = { number: attempt.number, error: failureData(attempt.error) };
    return this.#run.writes.write(this.#saving("step-attempt", data));
  }

  child(identity: ProcessIdentity): Promise<void> {
    this.#stored = { ...this.#stored, child: identity };
    return this.#run.writes.write(this.#saving());
  }

  async end(end: StepEnd, { isLast, hasGoneOn }: StepStart): Promise<StepRecord> {
    if (hasGoneOn !== true) this.#run.throwIfInterrupted();
    const { status, output, error, reason, hooks, attempt } = end;
    const { record, position } = this.#stored;
    const attempts = attempt === undefined ? record.attempts : [...record.attempts, attempt];
    const endedAt = this.#run.journal.clock.now();
    const ended: StepRecord = { ...record, status, output, error, reason, hooks, attempts, endedAt };
    this.#stored = { record: ended, position, child: undefined };
    const write = this.#saving("step-ended", endedData(ended, endedAt - ended.startedAt));
    if (isLast) this.#run.writes.keep(write);
    else await this.#run.writes.write(write);
    this.#run.endStep(this.#stored);
    return ended;
  }

  /** The write of the step as it is now. Nothing that was to be written before is any more. */
  #saving(type?: "step-attempt" | "step-ended", data: Json = null): (effects: Effects) => void {
    const { journal, id: runId } = this.#run;
    const stored = this.#stored;
    this.#isWritten = true;
    return (effects) => {
      journal.tables.steps.save(runId, stored);
      if (type !== undefined) journal.event({ type, runId, recordId: stored.record.id, data }, effects);
    };
  }
}

/** The latest attempt began after the one before had ended. */
function sinceOf({ record }: StoredStep): number {
  return record.attempts.at(-1)?.endedAt ?? record.startedAt;
}

function endedData({ step, status, reason, error }: StepRecord, durationMs: number): Json {
  const data: Record<string, Json> = { step, status, durationMs };
  if (reason !== undefined) data.reason = reason;
  if (error !== undefined) data.error = failureData(error);
  return data;
}

function failureData(error: AttemptRecord["error"]): Json {
  return error === undefined ? null : { code: error.code, message: error.message };
}
