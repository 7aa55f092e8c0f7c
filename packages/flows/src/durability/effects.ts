import type { ProcessIdentity } from "@pawl/hooks/process";
import type { NewEvent } from "../events/event-log.ts";
import type { RunRecord } from "./records.ts";
import type { RunEnd } from "./run-state.ts";

/** What has to be done in this process once the transaction that caused it is durable. */
export interface Effects {
  readonly events: NewEvent[];
  /** Runs that have ended, and how. */
  readonly ended: RunEnd[];
  /** Woken runs of this process that have got their lane's place back. */
  readonly goOn: string[];
  /** Runs of this process that have to stop. */
  readonly cancel: { readonly id: string; readonly reason: string }[];
  /** Child processes that nobody looks after any more. */
  readonly kill: ProcessIdentity[];
  /** Some run may be claimed. */
  ready: boolean;
  /** How many runs this process can begin; those that get a place at the end of the transaction are begun in it. */
  free: number;
  readonly claimed: Claimed[];
}

export function noEffects(): Effects {
  return { events: [], ended: [], goOn: [], cancel: [], kill: [], ready: false, free: 0, claimed: [] };
}

/** A run that this process has begun, or goes on with. */
export interface Claimed {
  readonly record: RunRecord;
  readonly cancelReason: string | null;
}
