/** How long calls take, in seconds: from what a function needs to what a person waits for. */
const secondBounds: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800];

/**
 * Counts values by size, and writes them as Prometheus reads them. It is fed while a call holds up the one that waits for
 * it, where a library that looks at every label each time costs more than the call.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Histogram {
  readonly #bounds: readonly number[];
  /** How many were no larger than each bound, and larger than the one before it. */
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  /** `bounds` are the largest values of each class, smallest first. */
  constructor(bounds: readonly number[] = secondBounds) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#count++;
    this.#sum += value;
    let index = 0;
    while (index < this.#bounds.length && value > this.#bounds[index]!) index++;
    if (index < this.#bounds.length) this.#counts[index]!++;
  }

  /** The lines of one series; `labels` are written, without braces. */
  *lines(metric: string, labels: string): Generator<string> {
    let below = 0;
    for (const [index, bound] of this.#bounds.entries()) {
      below += this.#counts[index]!;
      yield `${metric}_bucket{${labels},le="${bound}"} ${below}`;
    }
    yield `${metric}_bucket{${labels},le="+Inf"} ${this.#count}`;
    yield `${metric}_sum{${labels}} ${this.#sum}`;
    yield `${metric}_count{${labels}} ${this.#count}`;
  }
}

/** The value of a label as it is written between quotes. */
export function labelValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
