export interface GrowingDelay {
  readonly initialDelayMs: number;
  /** What each delay is multiplied by. Default: 2. */
  readonly factor?: number;
  readonly maxDelayMs: number;
}

/** How long to wait after so many failures (from 1): more each time, up to the longest. Chance is the caller's affair. */
export function growingDelayMs({ initialDelayMs, factor = 2, maxDelayMs }: GrowingDelay, failures: number): number {
  return Math.min(initialDelayMs * factor ** (failures - 1), maxDelayMs);
}
