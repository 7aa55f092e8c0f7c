import type { PodInput } from "../pod/pod-body.ts";

/** What a thread is started with. */
export interface HookStart {
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

export interface SentCall {
  readonly input: PodInput;
  readonly context: SentContext;
}

export interface LogNote {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}
