import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runningInGroup } from "../../packages/hooks/test/process/processes.ts";
import { linesOf, pawl, pawlJson, post, startPawl, startServe, temporaryProject, until } from "./pawl.ts";
import { hangingStep, stepIds, twentySteps } from "./twenty-steps.ts";

/** What has to be true after the run went on elsewhere, whoever did it. */
async function expectWhole(cwd: string): Promise<void> {
  expect(linesOf(join(cwd, "done.txt"))).toEqual(stepIds);
  const began = linesOf(join(cwd, "began.txt"));
  const cutOff = `s${hangingStep}`;
  expect(began.filter((id) => id === cutOff)).toHaveLength(2);
  expect(began.filter((id) => id !== cutOff)).toEqual(stepIds.filter((id) => id !== cutOff));
  expect(linesOf(join(cwd, "old-child.txt"))).toEqual(["gone"]);

  const { runs } = await pawlJson(["runs"], { cwd });
  expect(runs).toHaveLength(1);
  const shown = await pawlJson(["show", runs[0].id], { cwd });
  expect(shown.run.status).toBe("completed");
  expect(shown.steps.map((step: { id: string }) => step.id)).toEqual(stepIds);
  expect(shown.steps.every((step: { status: string }) => step.status === "completed")).toBe(true);
  await expectWholeHistory(cwd, runs[0].id);
}

async function expectWholeHistory(cwd: string, id: string): Promise<void> {
  const { stdout } = await pawl(["logs", id, "--json"], { cwd });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0].type).toBe("run-queued");
  expect(events.at(-1).type).toBe("run-ended");
  expect(events.filter((event) => event.type === "run-resumed")).toHaveLength(1);
  expect(events.filter((event) => event.type === "step-ended").map((event) => event.recordId)).toEqual(stepIds);
}

const isHanging = (cwd: string) => () => existsSync(join(cwd, "hung.pid"));

describe("a process that is killed in the middle of twenty steps", () => {
  test("pawl run, then pawl resume: every step is done once, and the old child is gone", async () => {
    const cwd = temporaryProject(twentySteps());
    const run = startPawl(["run", "twenty"], { cwd });
    await until("the tenth step hangs", isHanging(cwd));
    await run.kill("SIGKILL");
    const resumed = await pawl(["resume"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(cwd);
  });

  test("pawl serve, then pawl serve: the run goes on by itself", async () => {
    const cwd = temporaryProject(twentySteps("trigger: { uses: webhook.receive, with: { path: go } }\n"));
    const first = await startServe({ cwd });
    expect((await post(`${first.url}/webhooks/go`, {})).status).toBe(202);
    await until("the tenth step hangs", isHanging(cwd));
    await first.kill("SIGKILL");
    await startServe({ cwd });
    await until("the run has completed", () => linesOf(join(cwd, "done.txt")).length === stepIds.length);
    await until("it is recorded", async () => (await pawlJson(["runs"], { cwd })).runs[0].status === "completed");
    await expectWhole(cwd);
  });

  test("pawl run, then pawl serve: the server takes the run over", async () => {
    const cwd = temporaryProject(twentySteps());
    const run = startPawl(["run", "twenty"], { cwd });
    await until("the tenth step hangs", isHanging(cwd));
    await run.kill("SIGKILL");
    await startServe({ cwd });
    await until("it is recorded", async () => (await pawlJson(["runs"], { cwd })).runs[0].status === "completed");
    await expectWhole(cwd);
  });

  test("a run that somebody executes is not resumed", async () => {
    const cwd = temporaryProject(twentySteps());
    const run = startPawl(["run", "twenty"], { cwd });
    await until("the tenth step hangs", isHanging(cwd));
    const { runs } = await pawlJson(["runs"], { cwd });
    const refused = await pawl(["resume", runs[0].id], { cwd });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("is being executed");
    expect(linesOf(join(cwd, "began.txt")).filter((id) => id === `s${hangingStep}`)).toHaveLength(1);
    await run.kill("SIGINT");
  });

  test("Ctrl-C cancels the run, ends its program, and exits with 130", async () => {
    const cwd = temporaryProject(twentySteps());
    const run = startPawl(["run", "twenty"], { cwd });
    await until("the tenth step hangs", isHanging(cwd));
    const ended = await run.kill("SIGINT");
    expect(ended.code).toBe(130);
    const { runs } = await pawlJson(["runs"], { cwd });
    expect(runs[0].status).toBe("cancelled");
    expect(runningInGroup(Number(linesOf(join(cwd, "hung.pid"))[0]))).toEqual([]);
  });
});
