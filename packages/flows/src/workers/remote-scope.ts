import type { ProcessIdentity } from "@pawl/hooks/process";
import type { EarlierWait, RunScope, StepAttempt, StepEnd, StepStart } from "../durability/durability.ts";
import type { AttemptRecord, StepRecord } from "../durability/records.ts";
import { ScopeLoad } from "../durability/scope-load.ts";
import type { Json } from "../json.ts";
import type { RemoteRun } from "./remote-run.ts";

/**
 * One sequence of steps of a run whose records another process keeps. A step begins at once where nothing can be against
 * it, and its end is answered when it is durable: a step costs one message each way, and the last one no answer.
 */
export class RemoteScope implements RunScope {
  readonly id: string;
  readonly #run: RemoteRun;
  readonly #key: string;
  readonly #load: ScopeLoad;

  /** `key`: the record that it is the branch of; nothing for the run's own scope. */
  constructor(run: RemoteRun, key = "") {
    this.#run = run;
    this.#key = key;
    this.id = key === "" ? run.id : `${run.id}:${key}`;
    this.#load = new ScopeLoad((change) => run.busy(change));
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  async step(start: StepStart, execute: (attempt: StepAttempt) => Promise<StepEnd>): Promise<StepRecord> {
    const run = this.#run;
    const known = run.recorded.get(start.id);
    if (known?.endedAt !== undefined) return known;
    run.throwIfInterrupted();
    const step = new RemoteStep(run, start, known);
    const mustAsk = known !== undefined || run.mayBeParked;
    run.begin({ scope: this.#key, ...start, mustAsk });
    if (mustAsk) Object.assign(step, await run.permit(start.id));
    this.#load.count(1, 0);
    try {
      return await step.end(await execute(step));
    } catch (error) {
      step.drop(error);
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
    return this.#run.recorded.get(recordId)?.endedAt !== undefined;
  }

  earlierWait(id: string, name: string): Promise<EarlierWait | undefined> {
    const { link, id: run } = this.#run;
    return link.ask<EarlierWait | undefined>({ type: "earlier-wait", run, scope: this.#key, id, name });
  }

  async branch<T>(recordId: string, body: (scope: RunScope) => Promise<T>): Promise<T> {
    const { link, id: run } = this.#run;
    link.send({ type: "enter", run, scope: this.#key, id: recordId });
    try {
      return await body(new RemoteScope(this.#run, recordId));
    } finally {
      link.send({ type: "leave", run, id: recordId });
    }
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
    this.signal.throwIfAborted();
    this.#load.count(0, 1);
    run.waiting(1);
    try {
      const named = { ...(name === undefined ? {} : { name }), ...(until === undefined ? {} : { until }) };
      const message = { type: "wait" as const, run: run.id, scope: this.#key, id, ...named };
      return await unlessAborted(run.link.ask<Json | undefined>(message), this.signal);
    } finally {
      run.waiting(-1);
      this.#load.count(0, -1);
    }
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** As they are recorded; of the last step, whose record nobody looks at, about so. */
type Times = Pick<StepRecord, "startedAt" | "endedAt">;

/** One step from its start to its recorded end. */
class RemoteStep implements StepAttempt {
  earlier: readonly AttemptRecord[];
  readonly cutOffSince: number | undefined = undefined;
  readonly #run: RemoteRun;
  readonly #start: StepStart;
  #isOver = false;

  constructor(run: RemoteRun, start: StepStart, known: StepRecord | undefined) {
    this.#run = run;
    this.#start = start;
    this.earlier = known?.attempts ?? [];
  }

  async failed(attempt: AttemptRecord): Promise<void> {
    await this.#run.link.ask({ type: "attempt", run: this.#run.id, id: this.#start.id, attempt });
    this.earlier = [...this.earlier, attempt];
  }

  async child(identity: ProcessIdentity): Promise<void> {
    await this.#run.link.ask({ type: "child", run: this.#run.id, id: this.#start.id, identity });
  }

  async end(end: StepEnd): Promise<StepRecord> {
    const run = this.#run;
    run.throwIfInterrupted();
    this.#isOver = true;
    const { id, step } = this.#start;
    const times = await this.#tellEnd(end);
    const { attempt, ...rest } = end;
    const attempts = attempt === undefined ? this.earlier : [...this.earlier, attempt];
    const record: StepRecord = { id, step, ...rest, attempts, ...times };
    run.recorded.set(id, record);
    return record;
  }

  #tellEnd(end: StepEnd): Times | Promise<Times> {
    const { link, id: run } = this.#run;
    const { id, isLast } = this.#start;
    if (isLast !== true) return link.ask<Times>({ type: "end", run, id, end });
    link.send({ type: "last-end", run, id, end });
    const endedAt = Date.now();
    return { startedAt: end.attempt?.startedAt ?? endedAt, endedAt };
  }

  drop(error: unknown): void {
    if (this.#isOver) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#run.link.send({ type: "drop", run: this.#run.id, id: this.#start.id, message });
  }
}
