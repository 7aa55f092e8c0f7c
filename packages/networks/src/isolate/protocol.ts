import type { PodInput } from "../pod/pod-body.ts";

/** What a worker is started with. */
export interface WorkerStart {
  /** The module of the pod. */
  readonly file: string;
  /** Names under which its hook may be exported. */
  readonly hooks: readonly string[];
}

/** The part of a context that can be sent to a thread. */
export interface SentContext {
  readonly pod: string;
  readonly id: string;
  readonly correlationId: string;
  readonly attempt: number;
  readonly deadline: number;
  readonly traceparent: string;
  readonly sources: readonly string[];
  readonly missing: readonly string[];
}

export type ToWorker =
  | { readonly type: "call"; readonly call: number; readonly input: PodInput; readonly context: SentContext }
  | { readonly type: "abort"; readonly call: number };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly message: string }
  | { readonly type: "result"; readonly call: number; readonly value: unknown }
  | { readonly type: "error"; readonly call: number; readonly error: SentError }
  | { readonly type: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly message: string };

/** An error as it travels: what decides over retries and answers stays with it. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly status: number | undefined;
  readonly retryable: boolean;
}
