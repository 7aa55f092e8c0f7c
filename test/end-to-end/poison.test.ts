import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allRuns } from "./api-client.ts";
import { linesOf, pawlJson, post, startServe, temporaryProject, until } from "./pawl.ts";
import { evilPlugin, processesIn, workersOf } from "./worker-kit.ts";

const flow = `
name: risky
inputs: { way: { type: string } }
steps:
  - { id: before, uses: file.append, with: { path: before.txt, content: "\${{ run.id }}\\n" } }
  - { id: boom, uses: evil.do, with: { way: "\${{ inputs.way }}" } }
  - { id: after, uses: file.append, with: { path: after.txt, content: "\${{ run.id }}\\n" } }
`;
const slow = `
name: slow
steps:
  - { id: nap, loop: [1, 2, 3, 4, 5], uses: shell.run, with: { command: "sleep 0.2" } }
  - { id: done, uses: file.append, with: { path: slow.txt, content: "\${{ run.id }}\\n" } }
`;
const config = `export default { workers: { count: 2, memory: "64mb", hang: "2s" } };`;

function riskyProject(): string {
  return temporaryProject({
    "flows/risky.yaml": flow,
    "flows/slow.yaml": slow,
    "plugins/evil.ts": evilPlugin,
    "pawl.config.ts": config,
  });
}

async function startRun(url: string, name: string, inputs: object): Promise<string> {
  const answer = await post(`${url}/api/v1/flows/${name}/runs`, { inputs });
  return ((await answer.json()) as { run: { id: string } }).run.id;
}

describe("runs that end their workers", () => {
  test("are failed as poison, each with its reason, and no other run or the server is hurt", async () => {
    const cwd = riskyProject();
    const { url, child, kill } = await startServe({ cwd });
    const ways = { exit: /exit code 3/, hang: /event loop was blocked/, memory: /out of memory/ };
    const innocents: string[] = [];
    const guilty = new Map<string, string>();
    for (const way of Object.keys(ways)) {
      innocents.push(await startRun(url, "slow", {}));
      guilty.set(way, await startRun(url, "risky", { way }));
    }
    innocents.push(await startRun(url, "risky", { way: "none" }));
    const isOver = async () => {
      const runs = [...(await allRuns(url, "slow")), ...(await allRuns(url, "risky"))];
      return runs.length === 7 && runs.every((run) => /completed|failed/.test(run.status)) ? runs : undefined;
    };
    const runs = await until("all runs have ended", isOver, 90_000);
    for (const id of innocents) expect(runs.find((run) => run.id === id)?.status).toBe("completed");
    for (const [way, id] of guilty) {
      const { run, steps } = await pawlJson(["show", id], { cwd });
      expect(run.status, way).toBe("failed");
      expect(run.error.code).toBe("poison-run");
      expect(run.error.message).toMatch(ways[way as keyof typeof ways]);
      expect(run.error.message).toContain('"boom"');
      expect(steps.map((step: { status: string }) => step.status)).toEqual(["completed", "cancelled"]);
    }
    expect(linesOf(join(cwd, "before.txt"))).toHaveLength(4);
    expect(linesOf(join(cwd, "after.txt"))).toHaveLength(1);
    expect(linesOf(join(cwd, "slow.txt"))).toHaveLength(3);
    expect((await fetch(`${url}/healthz`)).ok).toBe(true);
    await until("both workers are there again", () => workersOf(child.pid!).length >= 2);
    await kill("SIGINT");
    expect(processesIn(cwd)).toEqual([]);
  }, 120_000);

  test("a supervisor that is killed takes a worker that is blocked, and its programs, with it", async () => {
    const cwd = riskyProject();
    const { url, child, kill } = await startServe({ cwd });
    await startRun(url, "slow", {});
    await startRun(url, "risky", { way: "hang" });
    await until("the blocked step has begun", () => linesOf(join(cwd, "before.txt")).length === 1);
    expect(workersOf(child.pid!)).toHaveLength(2);
    await kill("SIGKILL");
    await until("nothing is left", () => processesIn(cwd).length === 0, 5_000);
  });
});

/** Notes which process it is in, and stays there; the second time it is done at once, unless `always`. */
const stayingPlugin = `
import { appendFileSync, readFileSync } from "node:fs";
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
export default definePlugin({
  name: "stay",
  nodes: [node({
    name: "stay.once",
    input: z.object({ step: z.string(), always: z.boolean().default(false) }),
    async run({ step, always }, { runId }) {
      const line = runId + " " + step + " ";
      appendFileSync("began.txt", line + process.pid + "\\n");
      const times = readFileSync("began.txt", "utf8").split("\\n").filter((each) => each.startsWith(line)).length;
      if (times === 1 || always) await new Promise(() => setInterval(() => {}, 1_000));
      return times;
    },
  })],
});
`;
/** More than a single step may lose. */
const names = ["one", "two", "three", "four", ...(process.env.PAWL_SOAK ? ["five", "six"] : [])];
const eachStep = names.map((id) => `  - { id: ${id}, uses: stay.once, with: { step: ${id} } }\n`).join("");

describe("runs whose workers are killed from outside", () => {
  function stayingProject(): string {
    return temporaryProject({
      "flows/each.yaml": `name: each\nsteps:\n${eachStep}`,
      "flows/other.yaml": "name: other\nsteps: [{ id: did, uses: data.set, with: { is: done } }]\n",
      "flows/same.yaml":
        "name: same\nsteps:\n  - { id: stuck, uses: stay.once, with: { step: stuck, always: true } }\n",
      "plugins/stay.ts": stayingPlugin,
      "pawl.config.ts": "export default { workers: { count: 2 } };",
    });
  }
  /** What was begun of a run: the step and the process, in order. */
  function begun(cwd: string, runId: string): { readonly step: string; readonly pid: number }[] {
    return linesOf(join(cwd, "began.txt"))
      .map((line) => line.split(" "))
      .filter(([run]) => run === runId)
      .map(([, step, pid]) => ({ step: step!, pid: Number(pid) }));
  }
  async function killAt(cwd: string, runId: string, time: number): Promise<void> {
    const at = await until(`step ${time} of the run has begun`, () => begun(cwd, runId)[time - 1], 30_000);
    expect(readFileSync(`/proc/${at.pid}/cmdline`, "utf8")).toContain("worker-main.js");
    process.kill(at.pid, "SIGKILL");
  }
  const ended = (cwd: string, url: string, flow: string) =>
    until(
      `the run of ${flow} has ended`,
      async () => {
        const [run] = await allRuns(url, flow);
        return ["completed", "failed"].includes(run!.status) && (await pawlJson(["show", run!.id], { cwd })).run;
      },
      30_000,
    );

  test("a run completes although its worker is killed once in each of its steps; one whose same step loses it three times is poison, and is not started a fourth time", async () => {
    const cwd = stayingProject();
    const { url, kill } = await startServe({ cwd });
    const onceEach = await startRun(url, "each", {});
    await killAt(cwd, onceEach, 1);
    // A run that is given to that worker before its end is noticed has lost one, too.
    await until("the step has begun again", () => begun(cwd, onceEach)[1]);
    // What has lost a worker has one of its own, so from here on neither loses the other's.
    const same = await startRun(url, "same", {});
    const killOnceEach = async () => {
      // The first time of each step is killed, the second one goes on.
      for (let index = 1; index < names.length; index++) await killAt(cwd, onceEach, 2 * index + 1);
    };
    const killSame = async () => {
      for (const time of [1, 2, 3]) await killAt(cwd, same, time);
    };
    await Promise.all([killOnceEach(), killSame()]);
    expect(await ended(cwd, url, "each")).toMatchObject({ status: "completed" });
    const steps = begun(cwd, onceEach).map(({ step }) => step);
    expect(steps, "each was cut off once, and none that had completed began again").toEqual(
      names.flatMap((name) => [name, name]),
    );
    const run = await ended(cwd, url, "same");
    expect(run).toMatchObject({ status: "failed", error: { code: "poison-run" } });
    expect(run.error.message).toMatch(/SIGKILL.*"stuck"/);
    await kill("SIGINT");
    // Neither this server nor the next one begins it again: another run comes and goes meanwhile.
    const second = await startServe({ cwd });
    await startRun(second.url, "other", {});
    expect(await ended(cwd, second.url, "other")).toMatchObject({ status: "completed" });
    expect(begun(cwd, same)).toHaveLength(3);
  }, 120_000);
});
