import type { ProcessIdentity } from "@pawl/hooks/process";
import type { Json, JsonObject } from "../json.ts";

export type RunStatus = "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
export type StepStatus = "pending" | "running" | "completed" | "failed" | "skipped" | "waiting" | "cancelled";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What a run is started with. */
export interface NewRun {
  readonly flow: string;
  /** The definition the run keeps, whatever becomes of the file. */
  readonly definition: { readonly hash: string; readonly text: string; readonly file: string | undefined };
  readonly inputs: JsonObject;
  readonly vars: JsonObject;
  readonly trigger: RunTrigger;
  /** Unique per flow: the same key gives the run it started. */
  readonly idempotencyKey?: string;
  readonly concurrency: {
    readonly limit: number;
    readonly key: string;
    readonly overflow: "queue" | "drop" | "replace";
  };
  readonly parent?: { readonly runId: string; readonly recordId: string };
}

export interface RunTrigger {
  /** `manual`, `flow`, `replay` or the trigger's name. */
  readonly type: string;
  readonly id: string | undefined;
  readonly payload: Json;
  readonly event: JsonObject;
  readonly eventId: string | undefined;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly traceparent: string | undefined;
  /** Of a replay: which run it repeats, and from which step on. */
  readonly replay?: { readonly of: string; readonly from: string };
}

export interface RunRecord extends Omit<NewRun, "concurrency" | "idempotencyKey"> {
  readonly id: string;
  /** The W3C trace that it belongs to: its trigger's, or one of its own. 32 hexadecimal digits. */
  readonly traceId: string;
  readonly status: RunStatus;
  readonly error: Failure | undefined;
  readonly outputs: Json;
  /** Milliseconds since 1970, like every time here. */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly owner: Owner | undefined;
  /** How often the run was begun by an owner: more than 1 says that it was resumed. */
  readonly starts: number;
}

/** Who executes a run. */
export interface Owner extends ProcessIdentity {
  /** Differs between two lives of one process id. */
  readonly id: string;
  readonly host: string;
}

export interface AttemptRecord {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error: Failure | undefined;
}

export interface StepRecord {
  /** `build`, `build#2`, `each[0]`, `group.child`, `o[1].i[0]`. */
  readonly id: string;
  /** The id in the flow file, without visit and index. */
  readonly step: string;
  readonly status: StepStatus;
  readonly output: Json;
  readonly error: Failure | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Why it was skipped, or by which hook it was answered. */
  readonly reason: string | undefined;
  /** Hooks that met it: name, and what went wrong in them if anything did. */
  readonly hooks: readonly { readonly name: string; readonly error?: string }[];
}

/** When its first attempt began. A container is recorded when its children have ended, so that `startedAt` alone says little. */
export function beganAt({ startedAt, attempts }: Pick<StepRecord, "startedAt" | "attempts">): number {
  return Math.min(startedAt, attempts[0]?.startedAt ?? startedAt);
}
