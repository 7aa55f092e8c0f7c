import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfExample, linesOf, pawl, pawlJson, post, startServe, until } from "../../../test/end-to-end/pawl.ts";

test("the audit, cache and metric hooks meet every step of every run, failed ones too", async () => {
  const cwd = copyOfExample("step-hooks");
  const { url } = await startServe({ cwd });
  for (const count of [1, 2]) {
    expect((await post(`${url}/webhooks/report`, {})).status).toBe(202);
    await until("the run has completed", async () => {
      return (await pawlJson(["runs", "--status", "completed"], { cwd })).runs.length === count;
    });
  }
  expect(linesOf(join(cwd, "computed.txt")), "the second run is answered by the cache").toEqual(["computed"]);
  expect(linesOf(join(cwd, "report.txt"))).toEqual(["the answer is 42", "the answer is 42"]);

  const { stdout: log } = await pawl(["logs"], { cwd });
  expect(log).toContain("Cache hit for compute");
  expect(log).toMatch(/\[AUDIT\] start risky run=\w+/);
  expect(log).toMatch(/\[AUDIT\] end risky run=\w+ status=failed duration=[\d.]+s/);

  const metrics = readFileSync(join(cwd, "metrics", "steps.prom"), "utf8");
  expect(metrics).toContain('my_step_runs_total{flow="report",step="risky",status="failed"} 2');
  expect(metrics).toContain('my_step_duration_seconds_count{flow="report",step="compute"} 2');
});
