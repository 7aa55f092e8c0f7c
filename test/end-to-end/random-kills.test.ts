import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoggedEvent, openSqliteStore } from "@pawl/flows";
import { expect, test } from "vitest";
import { type Going, linesOf, post, startServe, temporaryProject, until } from "./pawl.ts";
import { processesIn, workersOf } from "./worker-kit.ts";

const isSoak = process.env.PAWL_SOAK !== undefined;
const runsPerRound = isSoak ? 20 : 12;
const rounds = isSoak ? 10 : 1;

/** Marks say when they began: the record of a step that has ended must have none that is younger. */
const plugin = `
import { appendFileSync } from "node:fs";
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
const mark = ({ runId, recordId, projectDir }) =>
  appendFileSync(projectDir + "/marks.txt", [runId, recordId, Date.now()].join(" ") + "\\n");
export default definePlugin({ name: "marks", nodes: [
  node({ name: "mark.leave", input: z.object({ ms: z.number().default(0) }), async run({ ms }, ctx) {
    mark(ctx);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ctx.recordId;
  } }),
  node({ name: "mark.login", input: z.object({}), run(_, ctx) {
    mark(ctx);
    const token = "token-of-" + ctx.runId;
    ctx.maskValue(token);
    return { token };
  } }),
  node({ name: "mark.flaky", input: z.object({}), run(_, ctx) {
    mark(ctx);
    if (ctx.attempt < 3) throw new Error("not yet");
    return "at last";
  } }),
  node({ name: "mark.use", input: z.object({ token: z.string() }), run({ token }, ctx) {
    mark(ctx);
    if (token !== "token-of-" + ctx.runId) throw new Error("a wrong token");
  } }),
] });
`;
const flow = `
name: work
concurrency: { limit: 100 }
steps:
  - { id: login, uses: mark.login }
  - { id: each, loop: [1, 2, 3], uses: mark.leave, with: { ms: 40 } }
  - id: both
    parallel:
      - { id: left, loop: [1, 2], max_parallel: 2, uses: mark.leave, with: { ms: 60 } }
      - id: right
        steps:
          - { id: program, uses: shell.run, with: { command: "sleep 0.15" } }
          - { id: nap, uses: wait.for, with: { duration: 0.1 } }
          - { id: more, uses: mark.leave }
  - { id: flaky, uses: mark.flaky, retry: { attempts: 3, initial_delay: 30ms } }
  - { id: ask, uses: mark.leave, approval: true }
  - { id: child, flow: part }
  - { id: use, uses: mark.use, with: { token: "\${{ steps.login.output.token }}" } }
`;
const part = `
name: part
concurrency: { limit: 100 }
steps:
  - { id: one, uses: mark.leave, with: { ms: 30 } }
  - { id: two, uses: mark.leave }
`;

const records = {
  work: [
    ...["login", "each[0]", "each[1]", "each[2]", "both.left[0]", "both.left[1]", "both.right.program"],
    ...["both.right.nap", "both.right.more", "both.right", "both", "flaky", "ask", "child", "use"],
  ],
  part: ["one", "two"],
};

test("runs whose workers and servers are killed at random all end as they should", async () => {
  for (let round = 0; round < rounds; round++) await oneRound();
}, 600_000);

async function oneRound(): Promise<void> {
  const cwd = temporaryProject({ "plugins/marks.ts": plugin, "flows/work.yaml": flow, "flows/part.yaml": part });
  let server = await startServe({ cwd }, ["--workers", "2"]);
  const ids: string[] = [];
  for (let n = 0; n < runsPerRound; n++) {
    const answer = await post(`${server.url}/api/v1/flows/work/runs`, {});
    ids.push(((await answer.json()) as { run: { id: string } }).run.id);
  }
  // A run may be under two ends of workers: the third would make it poison, and rightly so.
  for (const what of shuffled(["worker", "server", "both", "worker", "server"])) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 500));
    if (what !== "server") killWorker(server);
    if (what !== "worker") {
      await server.kill("SIGKILL");
      server = await startServe({ cwd }, ["--workers", "2"]);
    }
    await approveAll(server.url, ids);
  }
  await until("all runs have ended", () => approveAll(server.url, ids), 90_000);
  await server.kill("SIGINT");
  await expectWhole(cwd, ids);
}

function killWorker({ child }: Going): void {
  const workers = workersOf(child.pid!);
  const victim = workers[Math.floor(Math.random() * workers.length)];
  if (victim !== undefined) process.kill(victim, "SIGKILL");
}

/** Approves what asks for it. @returns whether everything has ended */
async function approveAll(url: string, ids: readonly string[]): Promise<boolean> {
  let hasEnded = true;
  for (const id of ids) {
    const { run } = (await (await fetch(`${url}/api/v1/runs/${id}`)).json()) as { run: { status: string } };
    if (run.status === "waiting") await post(`${url}/api/v1/runs/${id}/approve`, {});
    hasEnded &&= run.status === "completed" || run.status === "failed" || run.status === "cancelled";
  }
  return hasEnded;
}

async function expectWhole(cwd: string, ids: readonly string[]): Promise<void> {
  const marks = linesOf(join(cwd, "marks.txt")).map((line) => line.split(" "));
  const store = await openSqliteStore(join(cwd, ".pawl", "pawl.db"));
  try {
    const runs = await store.durability.list({ limit: 10_000 });
    expect(runs).toHaveLength(2 * ids.length);
    for (const run of runs) {
      expect(run).toMatchObject({ status: "completed", error: undefined });
      const steps = await store.durability.steps(run.id);
      expect(steps.map((step) => step.id).sort()).toEqual([...records[run.flow as keyof typeof records]].sort());
      expect(steps.every((step) => step.status === "completed")).toBe(true);
      expectNoneRepeated(run.id, await store.events.read({ runId: run.id, types: ["step-ended"] }), marks);
    }
  } finally {
    await store.close();
  }
  expect(readFileSync(join(cwd, ".pawl", "pawl.db")).includes("token-of-")).toBe(false);
  expect(processesIn(cwd)).toEqual([]);
}

function expectNoneRepeated(runId: string, ended: readonly LoggedEvent[], marks: readonly string[][]): void {
  expect(new Set(ended.map((event) => event.recordId)).size).toBe(ended.length);
  for (const { recordId, time } of ended) {
    const younger = marks.filter(([run, record, at]) => run === runId && record === recordId && Number(at) > time);
    expect(younger, `${recordId} was executed after its end`).toEqual([]);
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
