import type { EventLog } from "@pawl/flows";
import { Histogram, labelValue } from "@pawl/hooks/guard";

/** Runs of one flow. */
interface Series {
  readonly statuses: Map<string, number>;
  readonly times: Histogram;
}

/** How many runs have ended, how, and how long they took, in the text format of Prometheus. */
export class RunTimes {
  readonly #series = new Map<string, Series>();
  /** Stops counting. */
  readonly close: () => void;

  constructor(events: EventLog) {
    this.close = events.subscribe(({ type, flow = "", data }) => {
      if (type !== "run-ended") return;
      const { status = "unknown", durationMs = 0 } = (data ?? {}) as { status?: string; durationMs?: number };
      this.#count(flow, status, durationMs);
    });
  }

  text(): string {
    const lines = ["# HELP pawl_runs_total Runs that have ended.", "# TYPE pawl_runs_total counter"];
    for (const [flow, { statuses }] of this.#series) {
      for (const [status, count] of statuses)
        lines.push(`pawl_runs_total{flow="${labelValue(flow)}",status="${labelValue(status)}"} ${count}`);
    }
    lines.push("# HELP pawl_run_duration_seconds How long runs took.", "# TYPE pawl_run_duration_seconds histogram");
    for (const [flow, { times }] of this.#series)
      lines.push(...times.lines("pawl_run_duration_seconds", `flow="${labelValue(flow)}"`));
    return `${lines.join("\n")}\n`;
  }

  #count(flow: string, status: string, durationMs: number): void {
    const series = this.#series.get(flow) ?? { statuses: new Map<string, number>(), times: new Histogram() };
    this.#series.set(flow, series);
    series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
    series.times.observe(durationMs / 1_000);
  }
}
