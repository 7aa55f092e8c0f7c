import type { Json } from "@pawl/flows";
import type { NetworkEvent, NetworkEventType } from "./network-event.ts";
import type { Passage, PassageOutcome, StoredPassage } from "./passage.ts";

/** An entry as it is stored: of a pod that took part in a message, or of anything else that is told. */
type PassageRow = readonly [
  net: number,
  pod: string,
  message: string,
  endedAt: number,
  durationMs: number,
  attempt: number,
  outcome: PassageOutcome,
  traceparent: string | null,
  into?: string,
];
type OtherRow = readonly [
  net: number,
  pod: string | null,
  message: string | null,
  time: number,
  told: { readonly type: NetworkEventType; readonly data?: Json },
];
export type Entry = PassageRow | OtherRow;

export interface Part {
  readonly net: number;
  readonly pod: string;
  readonly message: string;
}

/** One is written in every step, so it is short, and put together by hand: nothing in it has to be escaped. */
export function writePassage({ net, pod, message }: Part, passage: Passage, into?: string): string {
  const { endedAt, durationMs, attempt, outcome, traceparent } = passage;
  const trace = traceparent === undefined ? "null" : `"${traceparent}"`;
  const end = into === undefined ? "]" : `,"${into}"]`;
  const took = Math.round(durationMs * 1_000) / 1_000;
  return `[${net},"${pod}","${message}",${endedAt},${took},${attempt},"${outcome}",${trace}${end}`;
}

/** What happens seldom. */
export function writeOther(
  of: { readonly net: number; readonly pod?: string | undefined; readonly message?: string | undefined },
  time: number,
  told: OtherRow[4],
): string {
  return JSON.stringify([of.net, of.pod ?? null, of.message ?? null, time, told] satisfies OtherRow);
}

export function passageOf(entry: Entry): StoredPassage | undefined {
  if (isOther(entry)) return undefined;
  const [, , , endedAt, durationMs, attempt, outcome, traceparent, into] = entry;
  return { endedAt, durationMs, attempt, outcome, traceparent: traceparent ?? undefined, into };
}

export function eventOf(entry: Entry, network: string, place: string): NetworkEvent {
  const [, pod, message, time] = entry;
  const at = {
    place,
    time,
    network,
    ...(pod === null ? {} : { pod }),
    ...(message === null ? {} : { message }),
  };
  if (isOther(entry)) return { ...at, ...entry[4] };
  const [, , , , durationMs, attempt, outcome, traceparent, into] = entry;
  const data = {
    outcome,
    durationMs,
    attempt,
    ...(traceparent === null ? {} : { traceparent }),
    ...(into === undefined ? {} : { into }),
  };
  return { ...at, type: "pod-ended", data };
}

function isOther(entry: Entry): entry is OtherRow {
  return typeof entry[4] === "object";
}
