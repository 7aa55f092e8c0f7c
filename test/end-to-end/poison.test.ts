import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
      const { runs } = await pawlJson(["runs"], { cwd });
      return runs.length === 7 && runs.every((run: { status: string }) => /completed|failed/.test(run.status)) && runs;
    };
    const runs: { id: string; status: string }[] = await until("all runs have ended", isOver, 90_000);
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
