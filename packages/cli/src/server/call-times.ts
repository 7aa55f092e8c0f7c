import { type GuardRecord, onGuardCall } from "@pawl/hooks/guard";

const metric = "pawl_guard_call_duration_seconds";

/** Calls of one name and point that came out the same way. */
interface Series {
  readonly labels: string;
  /** How many took no longer than each bound, and longer than the one before it. */
  readonly counts: number[];
  count: number;
  seconds: number;
}

/**
 * How long guarded calls took, in the text format of Prometheus. Counted by hand: a call is told while it holds up the one
 * that waits for it, and the library looks at every label of every call.
 */
export class CallTimes {
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Map<string, Map<string, Series>>>();
  /** Stops counting. */
  readonly close: () => void;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.close = onGuardCall((record) => this.#count(record));
  }

  text(): string {
    const lines = [`# HELP ${metric} Calls of hooks and nodes, by how they came out.`, `# TYPE ${metric} histogram`];
    for (const points of this.#series.values()) {
      for (const outcomes of points.values()) {
        for (const series of outcomes.values()) lines.push(...this.#written(series));
      }
    }
    return `${lines.join("\n")}\n`;
  }

  #count({ name, point = "", outcome, durationMs }: GuardRecord): void {
    // A trigger's call lasts as long as it waits, which measures nothing.
    if (name === undefined || point === "trigger") return;
    const { status } = outcome;
    const series = this.#series.get(name)?.get(point)?.get(status) ?? this.#begin(name, point, status);
    const seconds = durationMs / 1_000;
    series.count++;
    series.seconds += seconds;
    let index = 0;
    while (index < this.#bounds.length && seconds > this.#bounds[index]!) index++;
    if (index < this.#bounds.length) series.counts[index]!++;
  }

  #begin(name: string, point: string, status: string): Series {
    const labels = `name="${escaped(name)}",point="${escaped(point)}",outcome="${status}"`;
    const series = { labels, counts: this.#bounds.map(() => 0), count: 0, seconds: 0 };
    const points = this.#series.get(name) ?? new Map<string, Map<string, Series>>();
    const outcomes = points.get(point) ?? new Map<string, Series>();
    this.#series.set(name, points.set(point, outcomes.set(status, series)));
    return series;
  }

  *#written({ labels, counts, count, seconds }: Series): Generator<string> {
    let below = 0;
    for (const [index, bound] of this.#bounds.entries()) {
      below += counts[index]!;
      yield `${metric}_bucket{${labels},le="${bound}"} ${below}`;
    }
    yield `${metric}_bucket{${labels},le="+Inf"} ${count}`;
    yield `${metric}_sum{${labels}} ${seconds}`;
    yield `${metric}_count{${labels}} ${count}`;
  }
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
