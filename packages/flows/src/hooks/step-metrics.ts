import { Histogram, labelValue } from "@pawl/hooks/guard";
import type { NodeContext, NodeResult } from "../nodes/node.ts";
import type { ChainedHook } from "./hook-chain.ts";
import type { HookedStep } from "./step-hook.ts";

/** Counts steps and their durations, and writes them as Prometheus reads them. */
export interface StepMetrics {
  observe(labels: StepLabels, status: string, seconds: number): void;
  /** In the text format of Prometheus, with its comments. */
  text(): string;
}

/** `step` is the id in the file, never that of a record, so that the number of series is bounded. */
interface StepLabels {
  readonly flow: string;
  readonly step: string;
}

interface Series {
  readonly labels: StepLabels;
  readonly counts: Map<string, number>;
  readonly times: Histogram;
}

export function createStepMetrics(): StepMetrics {
  const all = new Map<string, Series>();
  const seriesOf = (labels: StepLabels): Series => {
    const key = `${labels.flow}\0${labels.step}`;
    let series = all.get(key);
    if (series === undefined) {
      series = { labels, counts: new Map(), times: new Histogram() };
      all.set(key, series);
    }
    return series;
  };
  return {
    observe(labels, status, seconds) {
      const series = seriesOf(labels);
      series.counts.set(status, (series.counts.get(status) ?? 0) + 1);
      series.times.observe(seconds);
    },
    text: () => [...runsText(all.values()), ...durationText(all.values())].join("\n").concat("\n"),
  };
}

function* runsText(all: Iterable<Series>): Generator<string> {
  yield "# HELP pawl_step_runs_total Steps that have ended.";
  yield "# TYPE pawl_step_runs_total counter";
  for (const { labels, counts } of all) {
    for (const [status, count] of counts) yield `pawl_step_runs_total{${text(labels)},status="${status}"} ${count}`;
  }
}

function* durationText(all: Iterable<Series>): Generator<string> {
  yield "# HELP pawl_step_duration_seconds How long steps took, their retries included.";
  yield "# TYPE pawl_step_duration_seconds histogram";
  for (const { labels, times } of all) yield* times.lines("pawl_step_duration_seconds", text(labels));
}

function text({ flow, step }: StepLabels): string {
  return `flow="${labelValue(flow)}",step="${labelValue(step)}"`;
}

/** The step hook that feeds the metrics. */
export function createMetricsHook(metrics: StepMetrics): ChainedHook {
  const begun = new WeakMap<NodeContext, number>();
  return {
    name: "metrics",
    isSilent: true,
    hook: {
      beforeExecute(context) {
        begun.set(context, context.clock.monotonic());
      },
      afterExecute(context: NodeContext, step: HookedStep, result: NodeResult) {
        const now = context.clock.monotonic();
        const seconds = Math.max(0, now - (begun.get(context) ?? now)) / 1_000;
        metrics.observe({ flow: context.flowName, step: step.id }, result.status, seconds);
      },
    },
  };
}
