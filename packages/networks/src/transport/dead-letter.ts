import type { Envelope } from "../envelope/envelope.ts";

/** Why a token went no further. */
export const deadReasons = {
  failed: "The hook failed on every attempt.",
  timeout: "The hook gave no answer in time on the last attempt.",
  rejected: "The hook said that trying again is of no use.",
  poison: "The process ended each time the hook was called with it.",
  "bad-return": "The hook returned something that is no message.",
  "too-large": "The hook returned more than a message can hold.",
  "hop-limit": "It travelled more edges than the network has pods.",
  "stale-edge": "Its connection is no longer part of the network.",
  "no-key": "It has no key that says which set of an aggregator it belongs to.",
  "duplicate-key": "Its edge had already brought another message with the same key.",
  late: "Its set was closed before it came.",
  expired: "Its set was not complete when the time was up.",
} as const;

export type DeadReason = keyof typeof deadReasons;

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
