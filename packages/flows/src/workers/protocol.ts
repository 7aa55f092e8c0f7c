import type { ProcessIdentity } from "@pawl/hooks/process";
import type { RunOutcome, StepAttempt, StepEnd } from "../durability/durability.ts";
import type { AttemptRecord, RunRecord, StepRecord } from "../durability/records.ts";
import type { NewEvent } from "../events/event-log.ts";
import type { Json } from "../json.ts";

/** A run as it is sent: without the text of its definition, which a worker gets once. */
export interface SentRun extends Omit<RunRecord, "definition" | "owner"> {
  readonly definition: { readonly hash: string; readonly file: string | undefined };
}

export type ToWorker =
  | {
      readonly type: "run";
      readonly run: SentRun;
      /** Of the definition, when this worker does not have it. */
      readonly text?: string;
      /** What is recorded of it by earlier lives. */
      readonly steps: readonly StepRecord[];
      /** Lifecycle hooks of agents meet its steps. */
      readonly hasTools: boolean;
      /** A worker ended under it before: each of its steps is told before it begins, and not with its end. */
      readonly isSuspect: boolean;
    }
  /** The step may begin: its run has a place, and what an earlier life left of it is gone. */
  | ({ readonly type: "go"; readonly run: string; readonly id: string } & Earlier)
  | { readonly type: "answer"; readonly call: number; readonly value?: unknown; readonly error?: SentError }
  | { readonly type: "abort"; readonly run: string; readonly reason: AbortKind; readonly message: string }
  /** Texts of definitions are kept no longer. */
  | { readonly type: "forget" };

/** What earlier lives left of a step. */
export type Earlier = Pick<StepAttempt, "earlier" | "cutOffSince">;

/** `interrupted`: the run goes on elsewhere or later. */
export type AbortKind = "cancelled" | "interrupted";

/** What a worker asks for on behalf of a step, beside the life of its record. */
export interface Ask {
  readonly type: "ask";
  readonly call: number;
  /** The run it is for; nothing when it is for none alone. */
  readonly run?: string;
  readonly what: string;
  readonly data: unknown;
}

export type FromWorker =
  /** Its project is loaded: it takes runs. */
  | { readonly type: "ready" }
  | { readonly type: "beat" }
  /** `mustAsk`: it does not begin before `go`. */
  | {
      readonly type: "step";
      readonly run: string;
      readonly scope: string;
      readonly id: string;
      readonly step: string;
      readonly isLast?: boolean | undefined;
      readonly mustAsk: boolean;
    }
  | {
      readonly type: "attempt";
      readonly call: number;
      readonly run: string;
      readonly id: string;
      readonly attempt: AttemptRecord;
    }
  | {
      readonly type: "child";
      readonly call: number;
      readonly run: string;
      readonly id: string;
      readonly identity: ProcessIdentity;
    }
  | { readonly type: "end"; readonly call: number; readonly run: string; readonly id: string; readonly end: StepEnd }
  /** Of the last step: the outcome follows at once, and both become durable together. */
  | { readonly type: "last-end"; readonly run: string; readonly id: string; readonly end: StepEnd }
  /** The body of the step was left without an end: nothing is recorded. */
  | { readonly type: "drop"; readonly run: string; readonly id: string; readonly message: string }
  /** A wait (with a name) or a sleep. */
  | {
      readonly type: "wait";
      readonly call: number;
      readonly run: string;
      readonly scope: string;
      readonly id: string;
      readonly name?: string;
      readonly until?: number;
    }
  | {
      readonly type: "earlier-wait";
      readonly call: number;
      readonly run: string;
      readonly scope: string;
      readonly id: string;
      readonly name: string;
    }
  | { readonly type: "enter"; readonly run: string; readonly scope: string; readonly id: string }
  | { readonly type: "leave"; readonly run: string; readonly id: string }
  /** Nothing happens in the run but so many waits. */
  | { readonly type: "idle"; readonly run: string; readonly waits: number }
  | Ask
  /** The asker does not wait any longer. */
  | { readonly type: "unask"; readonly call: number; readonly reason: AbortKind; readonly message: string }
  | { readonly type: "event"; readonly event: NewEvent }
  | { readonly type: "metrics"; readonly steps: readonly StepSample[]; readonly calls: readonly CallSample[] }
  | { readonly type: "outcome"; readonly run: string; readonly outcome: RunOutcome }
  /** The body threw. */
  | { readonly type: "broken"; readonly run: string; readonly message: string }
  /** The body heeded an interruption. */
  | { readonly type: "given-back"; readonly run: string };

/** flow, step, status, seconds */
export type StepSample = readonly [string, string, string, number];
/** name, point, outcome, milliseconds, when it began, its place in the trace, that of its caller */
export type CallSample = readonly [string, string, string, number, number, string | null, string | null];

/** An error as it travels: what decides over retries stays with it. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly output?: Json;
}

/** What a worker process is started with, as JSON in its first argument. */
export interface WorkerStart {
  readonly projectDir: string;
  /** Milliseconds between two signs of life. */
  readonly beatMs: number;
}
