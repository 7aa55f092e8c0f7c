import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serveEverything } from "./api-walk.ts";
import { type Served, until } from "./serve-kit.ts";

const reference = join(import.meta.dirname, "..", "..", "..", "..", "docs", "reference", "metrics.md");

/** Values by the whole series: `name{labels}`. */
async function scrape(project: Served): Promise<Map<string, number>> {
  const text = await (await project.request("/metrics")).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

async function busy(): Promise<Served> {
  const project = await serveEverything();
  const twice = { "idempotency-key": "k" };
  for (let n = 0; n < 2; n++) await project.post("/webhooks/orders", { n }, twice);
  for (let n = 0; n < 2; n++) await project.post("/webhooks/full", { n });
  await project.post("/networks/line/intake/trigger?wait=5s", { n: 1 });
  await project.post("/networks/line/intake/trigger", { bad: true });
  await until(async () => (await scrape(project)).get('pawl_network_dead_letters{network="line"}') === 1);
  await until(async () => (await project.runs()).filter(({ flow }) => flow === "orders")[0]?.status === "completed");
  return project;
}

describe("/metrics", () => {
  test("tells of runs, steps, calls, triggers and pods", async () => {
    const values = await scrape(await busy());
    const at = (series: string) => values.get(series);
    expect(at('pawl_build_info{version="0.1.0"}')).toBe(1);
    expect(at('pawl_runs_total{flow="orders",status="completed"}')).toBe(1);
    expect(at('pawl_run_duration_seconds_count{flow="orders"}')).toBe(1);
    expect(at('pawl_run_duration_seconds_sum{flow="orders"}')).toBeGreaterThan(0);
    expect(at('pawl_step_runs_total{flow="orders",step="keep",status="success"}')).toBe(1);
    expect(at('pawl_step_duration_seconds_count{flow="orders",step="keep"}')).toBe(1);
    expect(at('pawl_guard_call_duration_seconds_count{name="data.set",point="node",outcome="ok"}')).toBe(1);
    const events = (flow: string, outcome: string) =>
      at(`pawl_trigger_events_total{flow="${flow}",trigger="webhook.receive",outcome="${outcome}"}`);
    expect([events("orders", "fired"), events("orders", "duplicate"), events("orders", "dropped")]).toEqual([1, 1, 0]);
    expect([events("full", "fired"), events("full", "dropped"), events("full", "restarts")]).toEqual([1, 1, 0]);
    const pod = (name: string, id: string) => at(`pawl_pod_${name}{network="line",pod="${id}"}`);
    expect([pod("sent_total", "intake"), pod("received_total", "check"), pod("received_total", "archive")]).toEqual([
      2, 2, 1,
    ]);
    expect(pod("dead_letters_total", "check")).toBe(1);
    expect(pod("hook_duration_seconds_count", "check")).toBe(2);
    for (const name of ["tombstones_received_total", "tombstones_sent_total", "retries_total", "duplicates_total"])
      expect(pod(name, "check"), name).toBeGreaterThanOrEqual(0);
    for (const name of ["late_total", "blocked_loop_total", "in_flight", "backlog_messages"])
      expect(pod(name, "check"), name).toBeGreaterThanOrEqual(0);
    expect(at('pawl_pod_open_sets{network="scoring",pod="join"}')).toBe(0);
    expect(
      at('pawl_network_loop_lag_seconds{network="line"}') ?? at("pawl_network_loop_lag_seconds"),
    ).toBeGreaterThanOrEqual(0);
  });

  test("has no metric that the reference does not have, and the reference none that is not there", async () => {
    const project = await busy();
    const text = await (await project.request("/metrics")).text();
    const told = [...text.matchAll(/^# TYPE (pawl_\w+)/gm)].map((match) => match[1]!);
    const listed = [...readFileSync(reference, "utf8").matchAll(/^\| `(pawl_\w+)`/gm)].map((match) => match[1]!);
    expect([...new Set(told)].sort()).toEqual([...new Set(listed)].sort());
  });

  test("has no label that grows with the number of runs", async () => {
    const project = await busy();
    // Those of Node.js itself appear when what they count happens first.
    const count = async () => [...(await scrape(project)).keys()].filter((series) => series.startsWith("pawl_")).length;
    const before = await count();
    for (let n = 0; n < 20; n++) await project.post("/webhooks/orders", { n });
    await until(async () => (await project.runs()).filter(({ status }) => status === "completed").length === 21);
    expect(await count()).toBe(before);
  });
});
