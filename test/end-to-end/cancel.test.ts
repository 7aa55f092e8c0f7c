import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runningInGroup } from "../../packages/hooks/test/process/processes.ts";
import { allRuns } from "./api-client.ts";
import { type Ended, pawl, pawlJson, post, startPawl, startServe, temporaryProject, until } from "./pawl.ts";
import { processesIn } from "./worker-kit.ts";

/** A program and a child of its own, which both go on for ever; the child does not hear SIGTERM. Their group is the pid that is noted. */
const hang = `#!/bin/sh
sh -c 'trap "" TERM; echo $$ > child.new && mv child.new child.pid; while :; do sleep 1; done' &
until [ -e child.pid ]; do sleep 0.05; done
echo $$ > hung.new && mv hung.new hung.pid
while :; do sleep 1; done
`;
const files = {
  "hang.sh": hang,
  "flows/hangs.yaml": 'name: hangs\nsteps: [{ id: hang, uses: shell.run, with: { command: "sh hang.sh" } }]\n',
  "flows/asks.yaml":
    "name: asks\nsteps: [{ id: ask, approval: true, uses: file.append, with: { path: did, content: x } }]\n",
  "flows/quick.yaml": "name: quick\nsteps: [{ id: did, uses: file.append, with: { path: did, content: x } }]\n",
  "flows/sleeps.yaml": "name: sleeps\nsteps: [{ id: sleep, uses: wait.for, with: { duration: 1h } }]\n",
  "flows/parent.yaml": "name: parent\nsteps: [{ id: child, flow: hangs }]\n",
};
/** What a cancel may take, and the start of the command on a machine that does other things. */
const mostMs = 1_000;
const startsMs = 1_500;

const isHanging = (cwd: string) => () => existsSync(join(cwd, "hung.pid"));
const groupOf = (cwd: string): number => Number(readFileSync(join(cwd, "hung.pid"), "utf8"));

async function start(url: string, flow: string): Promise<string> {
  const answer = await post(`${url}/api/v1/flows/${flow}/runs`, { inputs: {} });
  return ((await answer.json()) as { run: { id: string } }).run.id;
}

async function statusOf(url: string, id: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/runs/${id}`);
  return ((await answer.json()) as { run: { status: string } }).run.status;
}

/** Cancels with the command, and sees that the run had ended in time, before the command did. */
async function cancel(cwd: string, id: string): Promise<void> {
  const beganAt = Date.now();
  const { run } = await pawlJson(["cancel", id, "--reason", "not needed"], { cwd });
  expect(run).toMatchObject({ id, status: "cancelled" });
  expect(Date.now() - beganAt).toBeLessThan(mostMs + startsMs);
  const shown = await pawlJson(["show", id], { cwd });
  expect(shown.run).toMatchObject({ status: "cancelled", error: { code: "cancelled" } });
  expect(shown.steps.map((step: { status: string }) => step.status)).not.toContain("running");
}

describe("pawl cancel ends a run", () => {
  test("that is queued and that nobody executes, and a server that comes later leaves it alone", async () => {
    const cwd = temporaryProject(files);
    const { id } = (await pawlJson(["run", "hangs", "--detach"], { cwd })).run;
    await cancel(cwd, id);
    const again = await pawl(["cancel", id], { cwd });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("already");
    await pawl(["run", "quick", "--detach"], { cwd });
    const { url } = await startServe({ cwd }, ["--workers", "0"]);
    await until("a later run was executed", () => existsSync(join(cwd, "did")));
    expect(await statusOf(url, id)).toBe("cancelled");
    expect(existsSync(join(cwd, "hung.pid"))).toBe(false);
  });

  test("that pawl run executes, with the whole process group of its step", async () => {
    const cwd = temporaryProject(files);
    const run = startPawl(["run", "hangs"], { cwd });
    await until("the step hangs", isHanging(cwd));
    await cancel(cwd, (await pawlJson(["runs"], { cwd })).runs[0].id);
    expect(runningInGroup(groupOf(cwd))).toEqual([]);
    const ended: Ended = await run.ended;
    expect(ended.code).toBe(1);
    expect(processesIn(cwd)).toEqual([]);
  });

  test("whose owner was killed, running or waiting", async () => {
    const cwd = temporaryProject(files);
    const server = await startServe({ cwd }, ["--workers", "0"]);
    const running = await start(server.url, "hangs");
    const waiting = await start(server.url, "asks");
    await until("the step hangs", isHanging(cwd));
    await until("the other asks", async () => (await statusOf(server.url, waiting)) === "waiting");
    await server.kill("SIGKILL");
    await cancel(cwd, running);
    expect(runningInGroup(groupOf(cwd))).toEqual([]);
    await cancel(cwd, waiting);
    expect((await pawlJson(["approvals"], { cwd })).approvals ?? []).toEqual([]);
  });

  test("in a worker process of a server: one that runs, one that asks, one that sleeps", async () => {
    const cwd = temporaryProject(files);
    const server = await startServe({ cwd });
    const ids = { asks: await start(server.url, "asks"), sleeps: await start(server.url, "sleeps") };
    const running = await start(server.url, "hangs");
    await until("the step hangs", isHanging(cwd));
    for (const id of Object.values(ids)) {
      await until("it waits", async () => (await statusOf(server.url, id)) === "waiting");
    }
    for (const id of [running, ...Object.values(ids)]) await cancel(cwd, id);
    expect(runningInGroup(groupOf(cwd))).toEqual([]);
    expect(existsSync(join(cwd, "did"))).toBe(false);
    const late = await pawl(["approve", ids.asks], { cwd });
    expect(late.code).not.toBe(0);
    expect((await fetch(`${server.url}/healthz`)).ok).toBe(true);
    await server.kill("SIGTERM");
    expect(processesIn(cwd)).toEqual([]);
  });

  test("that waits for the run of a sub-flow, and that run with it", async () => {
    const cwd = temporaryProject(files);
    const server = await startServe({ cwd });
    const parent = await start(server.url, "parent");
    await until("the step of the sub-flow hangs", isHanging(cwd));
    await cancel(cwd, parent);
    const open = async () => (await allRuns(server.url, "hangs")).concat(await allRuns(server.url, "parent"));
    const isOver = async () => (await open()).every(({ status }) => status !== "running");
    await until("both have ended", isOver, mostMs + startsMs);
    const { runs } = await pawlJson(["runs"], { cwd });
    expect(runs.map((run: { status: string }) => run.status)).toEqual(["cancelled", "cancelled"]);
    expect(runningInGroup(groupOf(cwd))).toEqual([]);
  });
});

describe("pawl run", () => {
  test("--detach queues: it prints the id of the run and executes nothing", async () => {
    const cwd = temporaryProject(files);
    const { stdout, code } = await pawl(["run", "sleeps", "--detach"], { cwd });
    expect(code).toBe(0);
    const { runs } = await pawlJson(["runs"], { cwd });
    expect(runs).toMatchObject([{ flow: "sleeps", status: "queued" }]);
    expect(stdout).toContain(`pawl show ${/pawl show (\S+)/.exec(stdout)?.[1]}`);
    expect(runs[0].id.startsWith(/run (\S+) is queued/.exec(stdout)?.[1])).toBe(true);
    expect(await pawlJson(["run", "sleeps", "--detach"], { cwd })).toEqual({ run: { id: expect.any(String) } });
  });

  test("--dry-run leaves no trace, not even a database", async () => {
    const cwd = temporaryProject(files);
    const before = readdirSync(cwd, { recursive: true }).sort();
    expect((await pawl(["run", "hangs", "--dry-run"], { cwd })).code).toBe(0);
    expect(await pawlJson(["run", "asks", "--dry-run"], { cwd })).toMatchObject({ flow: "asks" });
    expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before);
  });
});
