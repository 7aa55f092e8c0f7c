/** Upper bounds of the histogram of hook times, in seconds. */
export const hookBuckets: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 30];

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
  hookCalls = 0;
  hookFailures = 0;
  hookSeconds = 0;
  readonly hookHistogram: number[] = hookBuckets.map(() => 0);
  /** Hooks that are open. */
  inFlight = 0;

  hookEnded(ms: number, isFailure: boolean): void {
    const seconds = ms / 1_000;
    this.hookCalls++;
    this.hookSeconds += seconds;
    if (isFailure) this.hookFailures++;
    for (let index = 0; index < hookBuckets.length; index++) {
      if (seconds <= hookBuckets[index]!) {
        this.hookHistogram[index]!++;
        return;
      }
    }
  }
}
