import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin, type StepExecutionHook } from "@pawl/flows";
import { Counter, Histogram, Registry } from "prom-client";

const registry = new Registry();
const runs = new Counter({
  name: "my_step_runs_total",
  help: "Steps that have ended",
  labelNames: ["flow", "step", "status"],
  registers: [registry],
});
const seconds = new Histogram({
  name: "my_step_duration_seconds",
  help: "How long steps took",
  labelNames: ["flow", "step"],
  registers: [registry],
});

/** Counts steps and their durations, and keeps them in a file that node_exporter can read. */
const metrics: StepExecutionHook = {
  name: "prometheus",
  // Outside of the cache, so that what it answers is counted too.
  priority: 10,
  beforeExecute(ctx) {
    ctx.metrics.promStart = performance.now();
  },
  async afterExecute(ctx, step, result) {
    const labels = { flow: ctx.flowName, step: step.id };
    runs.inc({ ...labels, status: result.status });
    seconds.observe(labels, (performance.now() - Number(ctx.metrics.promStart)) / 1_000);
    await mkdir(join(ctx.projectDir, "metrics"), { recursive: true });
    await writeFile(join(ctx.projectDir, "metrics", "steps.prom"), await registry.metrics());
  },
};

export default definePlugin({ name: "metrics", hooks: [metrics] });
