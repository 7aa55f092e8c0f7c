import type { GuardContext, Logger } from "@pawl/hooks/guard";
import { messageTraceparent } from "../envelope/correlation.ts";

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
  readonly traceparent: string;
  /** Aggregators: the pod each partial came from. */
  readonly sources: readonly string[];
  /** Aggregators: the pods nothing came from. */
  readonly missing: readonly string[];
}

/** What all calls of one pod share. */
export interface PodConstants {
  readonly pod: string;
  readonly log: Logger;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Which message a call is about. */
export interface CallSubject {
  readonly id: string;
  readonly correlationId: string;
  readonly attempt: number;
  readonly traceparent: string | undefined;
  /** The message enters the network with this call. */
  readonly isEntry?: boolean;
  readonly sources?: readonly string[];
  readonly missing?: readonly string[];
  /** The span of this very call, set when it begins: what follows from it belongs below. */
  span?: string;
  /** How long the hook took, set when it has ended. */
  durationMs?: number;
}

/** Built for every call, so it computes nothing that the hook does not ask for. */
export class CallPodContext implements PodContext {
  readonly #constants: PodConstants;
  readonly #subject: CallSubject;
  readonly #guard: GuardContext;
  /** By the monotonic clock. */
  readonly #startedAt: number;

  constructor(
    constants: PodConstants,
    call: { readonly subject: CallSubject; readonly guard: GuardContext; readonly startedAt: number },
  ) {
    this.#constants = constants;
    this.#subject = call.subject;
    this.#guard = call.guard;
    this.#startedAt = call.startedAt;
  }

  get pod(): string {
    return this.#constants.pod;
  }

  get id(): string {
    return this.#subject.id;
  }

  get correlationId(): string {
    return this.#subject.correlationId;
  }

  get attempt(): number {
    return this.#subject.attempt;
  }

  get deadline(): number {
    return this.#constants.now() + this.#constants.timeoutMs - (performance.now() - this.#startedAt);
  }

  get signal(): AbortSignal {
    return this.#guard.signal;
  }

  get log(): Logger {
    return this.#constants.log;
  }

  get traceparent(): string {
    return this.#subject.span ?? this.#subject.traceparent ?? messageTraceparent(this.#subject.correlationId);
  }

  get sources(): readonly string[] {
    return this.#subject.sources ?? none;
  }

  get missing(): readonly string[] {
    return this.#subject.missing ?? none;
  }
}

const none: readonly string[] = [];
