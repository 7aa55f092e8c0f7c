import type { TombstoneReason } from "../envelope/token.ts";

/** What became of a message at one pod: it went on, it reached an end, or there is a reason why not. */
export type PassageOutcome = "sent" | "done" | TombstoneReason;

/** One step of a pod, as it is remembered for those who ask later what happened. */
export interface Passage {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** How long its hook took; 0 when none was called. */
  readonly durationMs: number;
  /** The attempt that decided it; 0 for a tombstone that was passed on. */
  readonly attempt: number;
  readonly outcome: PassageOutcome;
  /** Where a message enters the network: the trace that it came with. */
  readonly traceparent?: string | undefined;
}

export interface StoredPassage extends Passage {
  /** The correlation id that it went on under, when messages of several met in an aggregator. */
  readonly into: string | undefined;
}
