import type { GuardContext, Logger } from "@pawl/hooks/guard";

/** What a hook gets as its last argument, if it asks for one. */
export interface PodContext {
  readonly pod: string;
  /** Of the token in hand: the same when the hook runs again, so it can serve as an idempotency key. */
  readonly id: string;
  readonly correlationId: string;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Milliseconds since 1970: when the hook's time is up. */
  readonly deadline: number;
  /** Aborted when the time is up or the pod must stop. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The W3C trace this message belongs to. */
  readonly traceparent: string | undefined;
  /** Aggregators: the pod each partial came from. */
  readonly sources: readonly string[];
  /** Aggregators: the pods nothing came from. */
  readonly missing: readonly string[];
}

/** What the context of one call is made of. */
export interface PodContextParts {
  readonly pod: string;
  readonly id: string;
  readonly correlationId: string;
  readonly attempt: number;
  readonly deadline: number;
  readonly log: Logger;
  readonly traceparent: string | undefined;
  readonly sources?: readonly string[];
  readonly missing?: readonly string[];
}

/** Built for every call, so it does no work that the hook does not ask for. */
export class CallPodContext implements PodContext {
  readonly pod: string;
  readonly id: string;
  readonly correlationId: string;
  readonly attempt: number;
  readonly deadline: number;
  readonly log: Logger;
  readonly traceparent: string | undefined;
  readonly sources: readonly string[];
  readonly missing: readonly string[];
  readonly #guard: GuardContext;

  constructor(parts: PodContextParts, guard: GuardContext) {
    this.pod = parts.pod;
    this.id = parts.id;
    this.correlationId = parts.correlationId;
    this.attempt = parts.attempt;
    this.deadline = parts.deadline;
    this.log = parts.log;
    this.traceparent = parts.traceparent;
    this.sources = parts.sources ?? none;
    this.missing = parts.missing ?? none;
    this.#guard = guard;
  }

  get signal(): AbortSignal {
    return this.#guard.signal;
  }
}

const none: readonly string[] = [];
