import type { DeadLetter } from "../transport/dead-letter.ts";
import type { PodPassage } from "./read-passages.ts";

/** What is remembered of one message: of everything with its correlation id. */
export interface MessageHistory {
  readonly network: string;
  readonly correlationId: string;
  readonly traceId: string;
  /** What it was sent by; nothing when it came without a trace. */
  readonly traceparent: string | undefined;
  /** In the order in which the network is written: nobody stands before those that send to it. */
  readonly passages: readonly PodPassage[];
  /** Tokens that have not gone their way yet, by the pod where they wait. */
  readonly waiting: readonly { readonly pod: string; readonly since: number; readonly attempts: number }[];
  readonly deadLetters: readonly DeadLetter[];
}

/** A correlation id or a trace, or the beginning of one. */
export type HistoryQuery = { readonly correlationId: string } | { readonly traceId: string };

/** How many messages are found at most. */
export const mostFound = 200;

/** Oldest first; what only waits comes last. */
export function inOrder(found: readonly MessageHistory[]): MessageHistory[] {
  const firstOf = ({ passages }: MessageHistory) => Math.min(...passages.map((passage) => passage.endedAt));
  const times = new Map(found.map((message) => [message, firstOf(message)]));
  return [...found].sort((a, b) => times.get(a)! - times.get(b)! || 0);
}

/** A message without a trace has that of its correlation id, which is a UUID. */
export function uuidOf(traceId: string): string {
  const parts = [
    traceId.slice(0, 8),
    traceId.slice(8, 12),
    traceId.slice(12, 16),
    traceId.slice(16, 20),
    traceId.slice(20),
  ];
  return parts.filter((part) => part !== "").join("-");
}
