import { Histogram } from "@pawl/hooks/guard";

/** Upper bounds of the histogram of hook times, in seconds. */
const hookBounds: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 30];

/** What one pod has counted since its process started. */
export class PodStats {
  received = 0;
  sent = 0;
  tombstonesIn = 0;
  tombstonesOut = 0;
  retries = 0;
  duplicates = 0;
  late = 0;
  dead = 0;
  /** Times a call held the event loop longer than the watchdog allows. */
  blocked = 0;
  hookFailures = 0;
  /** How long calls of the hook took, in seconds. */
  readonly hookTimes = new Histogram(hookBounds);
  /** Hooks that are open. */
  inFlight = 0;

  hookEnded(ms: number, isFailure: boolean): void {
    this.hookTimes.observe(ms / 1_000);
    if (isFailure) this.hookFailures++;
  }
}
