import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createTestEngine,
  temporaryProject as emptyProject,
  flowOf,
  inspect,
  steps,
} from "../../packages/flows/test/execution/flow-kit.ts";
import { linesOf, pawl, pawlJson, startPawl, startServe, temporaryProject, until } from "../end-to-end/pawl.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};

/** A program that starts another one, writes both ids down, and goes on until it is ended. */
const family = "sleep 120 & echo $! > grandchild.pid; echo $$ > child.pid; wait";
const pidIn = (cwd: string, name: string) => Number(readFileSync(join(cwd, `${name}.pid`), "utf8"));
const isBorn = (cwd: string) => () => existsSync(join(cwd, "child.pid")) && pidIn(cwd, "child") > 0;
const isFamilyGone = (cwd: string) => () => !isAlive(pidIn(cwd, "child")) && !isAlive(pidIn(cwd, "grandchild"));

const family2 = {
  "flows/family.yaml": `name: family\nsteps:\n  - { id: a, uses: shell.run, with: { shell: true, command: "${family}" } }\n`,
};

describe("a process that is killed", () => {
  test("leaves no run running for ever: the next server takes it over, and new runs of the flow are not blocked", async () => {
    const cwd = temporaryProject({
      "flows/slow.yaml":
        "name: slow\nconcurrency: { limit: 1 }\nsteps:\n  - { id: a, uses: shell.run, with: { shell: true, command: 'echo x >> begun; test $(wc -l < begun) -ge 2 || sleep 60' } }\n",
    });
    const first = startPawl(["run", "slow"], { cwd });
    await until("the step has begun", () => existsSync(join(cwd, "begun")));
    await first.kill("SIGKILL");
    await pawl(["run", "slow", "--detach"], { cwd });
    await startServe({ cwd });
    await until("both have completed", async () => {
      const { runs } = await pawlJson(["runs", "--status", "completed"], { cwd });
      return runs.length === 2;
    });
  });

  test("leaves no orphans: what it had started is ended before the step runs again", async () => {
    const cwd = temporaryProject({
      "flows/family.yaml": `name: family\nsteps:\n  - { id: a, uses: shell.run, with: { shell: true, command: "if [ -e child.pid ]; then exit 0; fi; ${family}" } }\n`,
    });
    const first = startPawl(["run", "family"], { cwd });
    await until("the programs run", isBorn(cwd));
    await first.kill("SIGKILL");
    expect((await pawl(["resume"], { cwd })).code).toBe(0);
    await until("both are gone", isFamilyGone(cwd));
  });
});

describe("a run that is stopped", () => {
  test("by cancel or by SIGTERM takes the programs of its programs with it", async () => {
    for (const stop of ["cancel", "SIGTERM"] as const) {
      const cwd = temporaryProject(family2);
      const run = startPawl(["run", "family"], { cwd });
      await until("the programs run", isBorn(cwd));
      if (stop === "cancel") await pawl(["cancel", (await pawlJson(["runs"], { cwd })).runs[0].id], { cwd });
      else run.child.kill("SIGTERM");
      await run.ended;
      await until(`both are gone after ${stop}`, isFamilyGone(cwd));
    }
  });
});

test("a run that is started, approved or resumed by a command while a server is up is executed once", async () => {
  const cwd = temporaryProject({
    "flows/gate.yaml":
      'name: gate\nsteps:\n  - { id: before, uses: file.append, with: { path: marks, content: "b\\n" } }\n  - { id: gate, approval: true, uses: file.append, with: { path: marks, content: "g\\n" } }\n',
  });
  await startServe({ cwd });
  const ids = await Promise.all([1, 2].map(async () => (await pawlJson(["run", "gate"], { cwd })).run.id as string));
  await Promise.all(ids.map((id) => pawl(["approve", id], { cwd })));
  await Promise.all(ids.map((id) => pawl(["resume", id], { cwd })));
  await until("all have completed", async () => {
    return (await pawlJson(["runs", "--status", "completed"], { cwd })).runs.length === 2;
  });
  expect(linesOf(join(cwd, "marks")).sort()).toEqual(["b", "b", "g", "g"]);
});

test("no record of a loop of groups stays running when the run has ended, failed or been cancelled", async () => {
  const engine = await createTestEngine({ kind: "sqlite" });
  const body = (last: string) =>
    steps(`
  - id: l
    loop: [1, 2]
    max_parallel: 2
    steps:
      - { id: a, uses: data.set }
      - { id: b, ${last} }
`);
  for (const last of ["uses: data.set", "uses: assert.that, with: { condition: false }"]) {
    const { statuses } = await inspect(engine, await engine.run(await flowOf(body(last))));
    expect(Object.values(statuses).filter((status) => status === "running" || status === "pending")).toEqual([]);
  }
  const controller = new AbortController();
  engine.store.events.subscribe((event) => event.type === "run-waiting" && controller.abort(new Error("enough")));
  const flow = await flowOf(body("uses: wait.for, with: { duration: 1h }"));
  const { run, statuses } = await inspect(engine, await engine.run(flow, { signal: controller.signal }));
  expect(run.status).toBe("cancelled");
  expect(Object.values(statuses).filter((status) => status === "running" || status === "waiting")).toEqual([]);
});

describe("a run that goes on after a pause", () => {
  test("goes on at the item of the loop where it was, and not at the first", async () => {
    const projectDir = emptyProject();
    const engine = await createTestEngine({ kind: "sqlite", projectDir });
    const flow = await flowOf(
      steps(`
  - id: l
    loop: [a, b, c]
    steps:
      - { id: mark, uses: file.append, with: { path: marks, content: "\${{ item }}" } }
      - { id: gate, if: "\${{ item == 'b' }}", approval: true, uses: data.set }
  - id: w
    while: \${{ visits.w < 2 }}
    uses: file.append
    with: { path: marks, content: "w" }
`),
    );
    const waiting = await engine.run(flow);
    expect(readFileSync(join(projectDir, "marks"), "utf8")).toBe("ab");
    await engine.store.durability.signal(waiting.id, "approval:l[1].gate", { decision: "approve" });
    expect((await engine.resume(waiting.id)).status).toBe("completed");
    expect(readFileSync(join(projectDir, "marks"), "utf8")).toMatch(/^abcw+$/);
  });

  test("goes on with the definition that it began with, whatever has become of the file", async () => {
    const file = (last: string) =>
      `name: two\nsteps:\n  - { id: gate, approval: true, uses: data.set }\n  - { id: say, uses: file.append, with: { path: said, content: ${last} } }\n`;
    const cwd = temporaryProject({ "flows/two.yaml": file("first") });
    const { run } = await pawlJson(["run", "two"], { cwd });
    writeFileSync(join(cwd, "flows/two.yaml"), file("second"));
    await pawl(["approve", run.id], { cwd });
    expect((await pawl(["resume", run.id], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "said"), "utf8")).toBe("first");
  });
});
