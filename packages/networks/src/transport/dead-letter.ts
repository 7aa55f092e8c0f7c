import type { Envelope } from "../envelope/envelope.ts";

/** Why a token went no further. */
export type DeadReason =
  | "failed"
  | "timeout"
  | "rejected"
  | "poison"
  | "bad-return"
  | "too-large"
  | "hop-limit"
  | "stale-edge"
  | "no-key"
  | "duplicate-key"
  | "late"
  | "expired";

/** What is kept of tokens that a pod gave up on: one, or the partials of a set. */
export interface NewDeadLetter {
  readonly pod: string;
  readonly reason: DeadReason;
  readonly error: string | undefined;
  /** Cut to its first lines. */
  readonly stack: string | undefined;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly envelopes: readonly Envelope[];
}

export interface DeadLetter extends NewDeadLetter {
  readonly id: number;
}

/** The dead letters of one network. The newest `deadLetterLimit` are kept. */
export interface DeadLetters {
  /** Newest first. */
  list(filter?: {
    readonly pod?: string;
    readonly limit?: number;
    readonly before?: number;
  }): Promise<readonly DeadLetter[]>;
  get(id: number): Promise<DeadLetter | undefined>;
  /** All of them when no ids are given. @returns how many there were */
  remove(ids?: readonly number[]): Promise<number>;
  count(): Promise<number>;
}

export const deadLetterLimit = 100_000;
