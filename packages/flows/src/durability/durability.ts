import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json } from "../json.ts";
import type { AttemptRecord, Failure, NewRun, RunRecord, RunStatus, StepRecord } from "./records.ts";

/**
 * The seam between the interpreter and what remembers. Everything that resolves here survives `kill -9`.
 * The interpreter is deterministic given a run's definition and its recorded steps; a recorded step is known by its
 * record id, never by the order of calls. Every parallel branch and concurrent loop item is a scope of its own
 * (`run:record`), so that an engine that records by sequence (DBOS) can stand behind this port too.
 *
 * What answers this port also writes the events `run-*`, `step-started`, `step-attempt` and `step-ended`, in the
 * transaction that makes them true. All other events are the caller's.
 */
export interface Durability {
  /** `sqlite`, `memory`, … */
  readonly kind: string;
  /** Resolves once the run is durably queued. `created` is false when its idempotency key was known. */
  start(run: NewRun, options?: QueueOptions): Promise<StartedRun>;
  /** Executes queued runs, and those whose owner is dead, with `body` until the worker is closed. */
  work(body: RunBody, options?: WorkOptions): Worker;
  /** Asks for the end of a run in whatever state it is. Resolves once the wish is durable. */
  cancel(runId: string, reason: string): Promise<"cancelled" | "asked" | "ended" | "unknown">;
  /** Delivers a value to `wait(recordId)` of a run, now or later. False when no such run goes on. */
  signal(runId: string, name: string, value: Json): Promise<boolean>;
  /** Gives a run whose owner is dead (or that waits in vain) back to the queue. */
  release(runId: string): Promise<"released" | "owned" | "ended" | "unknown">;
  get(runId: string): Promise<RunRecord | undefined>;
  steps(runId: string): Promise<readonly StepRecord[]>;
  /** Newest first. `before` is the id to go on from. */
  list(filter?: RunFilter): Promise<readonly RunRecord[]>;
  /** Resolves with the run once it has ended. */
  ended(runId: string, signal?: AbortSignal): Promise<RunRecord>;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** Only this process may begin it, by `work(body, { only: runId })`: nobody else claims it while we live. */
  readonly here?: boolean;
  /** Steps of an earlier run that count as recorded, in their order. For runs whose trigger says `replay`. */
  readonly reuse?: readonly StepRecord[];
}

export interface StartedRun {
  /** 26 characters that sort by time. Empty when dropped. */
  readonly runId: string;
  readonly created: boolean;
  /** The overflow policy refused it: nothing was queued. */
  readonly dropped: boolean;
}

export interface RunFilter {
  readonly flow?: string;
  readonly status?: RunStatus | readonly RunStatus[];
  readonly limit?: number;
  readonly before?: string;
  /** The trace it belongs to, or the beginning of it. */
  readonly traceId?: string;
  /** The id of the event that started it. */
  readonly eventId?: string;
}

export interface WorkOptions {
  /** Runs executed at once by this worker, those that wait and sub-runs not counted. Default: 64. */
  readonly concurrency?: number;
  /** Only this run and its sub-runs: the worker ends with it. */
  readonly only?: string;
}

export interface Worker {
  /** Stops claiming, and resolves when the open runs have ended or `graceMs` (default: 30000) is over (then they are given back). */
  close(graceMs?: number): Promise<void>;
}

/**
 * Executes one run from its beginning or from where it was cut off. What it throws fails the run, but for
 * `RunInterrupted`: then the run goes back to the queue at once, for this or another worker.
 */
export type RunBody = (run: RunRecord, scope: RunScope) => Promise<RunOutcome>;

export interface RunOutcome {
  readonly status: "completed" | "failed" | "cancelled";
  readonly outputs: Json;
  readonly error?: Failure;
}

/** One sequence of steps within a run. */
export interface RunScope {
  /** `<run id>` or `<run id>:<record id>`. */
  readonly id: string;
  /** Aborted on cancel (reason: RunCancelled), on shutdown, and when the run was taken over by another owner. */
  readonly signal: AbortSignal;
  /**
   * Gives the recorded step, or runs `execute` and records what it returns before it resolves. What was cut off is
   * executed again, after its old child process has been ended. When the signal is aborted by shutdown nothing is
   * recorded and this rejects with the reason; after a cancel steps are still executed and recorded (`finally`).
   * Steps do not nest: `execute` uses no scope. What it throws is not recorded, and rejects.
   */
  step(start: StepStart, execute: (attempt: StepAttempt) => Promise<StepEnd>): Promise<StepRecord>;
  /**
   * Resolves at `until` (milliseconds since 1970), also across restarts. While nothing of a run happens but sleeps and
   * waits it is `waiting`, and holds no place of its worker or its flow's concurrency. Both reject with the signal's
   * reason when that is aborted.
   */
  sleep(recordId: string, until: number): Promise<void>;
  /** Resolves with the value sent by `signal(runId, name, value)`; undefined when `expiresAt` came first. */
  wait(recordId: string, name: string, expiresAt?: number): Promise<Json | undefined>;
  /** Whether this step is recorded already, by an earlier life or as a reused one: what stands before it is over then. */
  hasEnded(recordId: string): boolean;
  /** A wait that an earlier life began: its end must not move because the question is asked again. */
  earlierWait(id: string, name: string): EarlierWait | undefined | Promise<EarlierWait | undefined>;
  branch<T>(recordId: string, body: (scope: RunScope) => Promise<T>): Promise<T>;
  /**
   * Until the result is called, the run is not taken for waiting: for a body that decides elsewhere what comes next, and
   * is heard from only after a while.
   */
  hold(): () => void;
}

export interface EarlierWait {
  /** Milliseconds since 1970, as `until`. */
  readonly since: number;
  readonly until: number | undefined;
  /** Its signal or its time has come: `wait` resolves at once. */
  readonly isOver: boolean;
}

export interface StepStart {
  readonly id: string;
  readonly step: string;
  /** The run ends with it, and nothing happens in between: its end may become durable with that of the run. */
  readonly isLast?: boolean | undefined;
  /** Of a last step: who executed it went on before the run was interrupted, and says so only now. It is recorded all the same. */
  readonly hasGoneOn?: true;
}

/** What a step in execution can make durable on its way. */
export interface StepAttempt {
  /** Attempts that ended before, in this life or an earlier one. */
  readonly earlier: readonly AttemptRecord[];
  /** Since when the step goes on, when an earlier life was cut off in it; nothing when it did no more than wait then. */
  readonly cutOffSince: number | undefined;
  /** Records an attempt that failed and will be followed by another. */
  failed(attempt: AttemptRecord): Promise<void>;
  /** Makes a child's identity durable, so that a later owner can end it. Given to `runChild` as `beforeStart`. */
  child(identity: ProcessIdentity): Promise<void>;
}

export type StepEnd = Pick<StepRecord, "output" | "error" | "reason" | "hooks"> & {
  readonly status: "completed" | "failed" | "skipped" | "cancelled";
  /** The last attempt; absent for a step that was skipped. */
  readonly attempt?: AttemptRecord;
  /** The output is secret as a whole: for who masks it on its way here, and not stored. */
  readonly isSecret?: true;
};

/** Why a scope's signal was aborted when the run was cancelled. */
export class RunCancelled extends Error {
  readonly code = "cancelled";
}

/** Why a scope's signal was aborted when the worker stopped: the run goes on elsewhere or later. */
export class RunInterrupted extends Error {
  readonly code = "interrupted";
}
