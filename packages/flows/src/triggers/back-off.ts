import { growingDelayMs } from "@pawl/hooks/guard";

const firstMs = 1_000;
const longestMs = 60_000;
/** A trigger that has run for so long is healthy: its next failure counts as the first. */
const healthyAfterMs = 60_000;

/** How long a trigger that failed waits before it is started again: 1 s, doubled up to a minute, half of it by chance. */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** @param ranMs how long it ran before it failed */
  next(ranMs: number): number {
    if (ranMs >= healthyAfterMs) this.#failures = 0;
    this.#failures = Math.min(this.#failures + 1, 30);
    const longest = growingDelayMs({ initialDelayMs: firstMs, maxDelayMs: longestMs }, this.#failures);
    return longest * (0.5 + this.#random() / 2);
  }
}
