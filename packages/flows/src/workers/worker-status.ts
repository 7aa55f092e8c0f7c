/** One worker process, for people and metrics. */
export interface WorkerStatus {
  readonly pid: number | undefined;
  readonly state: "starting" | "ready" | "leaving";
  /** For runs that were on a worker when it ended, one at a time. */
  readonly isForSuspects: boolean;
  readonly runs: number;
  readonly waiting: number;
  readonly startedAt: number;
  /** How often the worker in this place was replaced because it had ended. */
  readonly restarts: number;
}
