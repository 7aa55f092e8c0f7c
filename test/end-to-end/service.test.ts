import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { linesOf, pawl, pawlJson, post, startPawl, temporaryProject, until } from "./pawl.ts";
import { processesIn } from "./worker-kit.ts";

const flow = "name: quick\nsteps: [{ id: did, uses: file.append, with: { path: did.txt, content: done } }]\n";
const hangs =
  'name: hangs\nsteps: [{ id: hang, uses: shell.run, with: { shell: true, command: "echo x > hangs.txt; exec sleep 1000" } }]\n';
const start = ["service", "start", "--port", "0", "--workers", "1"];

function project(): string {
  const cwd = temporaryProject({ "flows/quick.yaml": flow, "flows/hangs.yaml": hangs });
  onTestFinished(async () => {
    const { pid } = serviceFile(cwd) ?? {};
    await pawl(["service", "stop", "--timeout", "5s"], { cwd });
    if (pid !== undefined) await until("no process is left", () => processesIn(cwd).length === 0);
  });
  return cwd;
}

function serviceFile(cwd: string): { pid: number; startTime: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(cwd, ".pawl", "service.json"), "utf8"));
  } catch {
    return undefined;
  }
}

describe("pawl service", () => {
  test("starts a server that outlives the command, shows what it writes, and stops it", {
    timeout: 60_000,
  }, async () => {
    const cwd = project();
    expect((await pawl(["service", "logs"], { cwd })).code).toBe(4);
    const started = await pawlJson(start, { cwd });
    expect(started).toMatchObject({ running: true, ready: true, version: "0.1.0" });
    expect((await post(`${started.url}/api/v1/flows/quick/runs`, { inputs: {} })).status).toBeLessThan(300);
    await until("the run was executed", () => linesOf(join(cwd, "did.txt")).length === 1);
    expect(await pawlJson(["service", "status"], { cwd })).toEqual(started);

    const again = await pawl(start, { cwd });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`runs already: process ${started.pid}, ${started.url}`);

    const follow = startPawl(["service", "logs", "-f", "-n", "1"], { cwd });
    await post(`${started.url}/api/v1/flows/quick/runs`, { inputs: {} });
    await until("the new run is shown", () => follow.output().includes("quick"));
    await follow.kill("SIGINT");
    expect((await pawl(["service", "logs", "-n", "100"], { cwd })).stdout).toContain(started.url);

    const stopped = await pawl(["service", "stop"], { cwd });
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringContaining("has stopped") });
    expect(processesIn(cwd)).toEqual([]);
    expect(await pawlJson(["service", "status"], { cwd })).toMatchObject({ running: false });
    expect((await pawl(["service", "stop"], { cwd })).stdout).toContain("does not run");
  });

  test("knows one that was killed, or whose pid is somebody else's now, and starts anew", {
    timeout: 60_000,
  }, async () => {
    const cwd = project();
    const first = await pawlJson(start, { cwd });
    process.kill(first.pid, "SIGKILL");
    await until("the status says so", async () => !(await pawlJson(["service", "status"], { cwd })).running);
    expect((await pawl(["service", "status"], { cwd })).stdout).toContain("without being asked");
    // This very process has the pid, but did not start when the service did.
    const left = serviceFile(cwd);
    writeFileSync(join(cwd, ".pawl", "service.json"), JSON.stringify({ ...left, pid: process.pid }));
    expect((await pawl(["service", "stop"], { cwd })).stdout).toContain("does not run");
    const second = await pawlJson(start, { cwd });
    expect(second).toMatchObject({ running: true, ready: true });
    expect(second.pid).not.toBe(first.pid);
  });

  test("stops at once when open runs take longer than they may, and the run goes on later", {
    timeout: 60_000,
  }, async () => {
    const cwd = project();
    const { url } = await pawlJson(start, { cwd });
    await post(`${url}/api/v1/flows/hangs/runs`, { inputs: {} });
    await until("the step hangs", () => linesOf(join(cwd, "hangs.txt")).length === 1);
    const stopped = await pawl(["service", "stop", "--timeout", "100ms"], { cwd });
    expect(stopped).toMatchObject({ code: 0, stderr: expect.stringContaining("at once") });
    await until("nothing of it is left", () => processesIn(cwd).length === 0, 5_000);
    const { runs } = await pawlJson(["runs"], { cwd });
    expect(runs).toMatchObject([{ flow: "hangs", status: expect.stringMatching(/running|queued/) }]);
  });

  test("shows why it could not start, with the exit code of that", async () => {
    const cwd = project();
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await until("the port is taken", () => taken.listening);
    const { port } = taken.address() as { port: number };
    const inUse = await pawl(["service", "start", "--port", `${port}`], { cwd });
    expect(inUse.code).toBe(5);
    expect(inUse.stderr).toContain(`${port}`);
    const wrong = await pawl(["service", "start", "--port", "many"], { cwd });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("--port takes a number");
    expect(await pawlJson(["service", "status"], { cwd })).toMatchObject({ running: false });
    expect((await pawl(["service", "stop", "--timeout", "soon"], { cwd })).code).toBe(2);
  });
});
