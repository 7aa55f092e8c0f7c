import { type GuardRecord, Histogram, labelValue, onGuardCall } from "@pawl/hooks/guard";

const metric = "pawl_guard_call_duration_seconds";

/** Calls of one name and point that came out the same way. */
interface Series {
  readonly labels: string;
  readonly times: Histogram;
}

/** How long guarded calls took, in the text format of Prometheus. */
export class CallTimes {
  readonly #series = new Map<string, Map<string, Map<string, Series>>>();
  /** Stops counting. */
  readonly close: () => void;

  constructor() {
    this.close = onGuardCall((record) => this.#count(record));
  }

  text(): string {
    const lines = [`# HELP ${metric} Calls of hooks and nodes, by how they came out.`, `# TYPE ${metric} histogram`];
    for (const points of this.#series.values()) {
      for (const outcomes of points.values()) {
        for (const { labels, times } of outcomes.values()) lines.push(...times.lines(metric, labels));
      }
    }
    return `${lines.join("\n")}\n`;
  }

  #count({ name, point = "", outcome, durationMs }: GuardRecord): void {
    // A trigger's call lasts as long as it waits, which measures nothing.
    if (name === undefined || point === "trigger") return;
    const { status } = outcome;
    const series = this.#series.get(name)?.get(point)?.get(status) ?? this.#begin(name, point, status);
    series.times.observe(durationMs / 1_000);
  }

  #begin(name: string, point: string, status: string): Series {
    const labels = `name="${labelValue(name)}",point="${labelValue(point)}",outcome="${status}"`;
    const series = { labels, times: new Histogram() };
    const points = this.#series.get(name) ?? new Map<string, Map<string, Series>>();
    const outcomes = points.get(point) ?? new Map<string, Series>();
    this.#series.set(name, points.set(point, outcomes.set(status, series)));
    return series;
  }
}
