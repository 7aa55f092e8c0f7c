import type { RunStatus } from "./records.ts";

/** What of a run changes in its life, and the lane it is in. Read, changed and saved inside one transaction. */
export interface RunState {
  readonly id: string;
  readonly flow: string;
  readonly root: string;
  readonly laneKey: string;
  readonly laneLimit: number;
  status: RunStatus;
  /** Holds one of its lane's places. */
  admitted: boolean;
  owner: string | null;
  starts: number;
  /** When a waiting run that nobody executes has to go on. */
  wakeAt: number | null;
  cancelReason: string | null;
  outputs: string | null;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

export function hasEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
