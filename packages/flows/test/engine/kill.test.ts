import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runningInGroup } from "../../../hooks/test/process/processes.ts";
import { openSqliteStore, type RunRecord, type StepRecord } from "../../src/index.ts";
import { bundle } from "../bundle.ts";
import { temporaryProject } from "../execution/flow-kit.ts";

let program: string;
beforeAll(async () => {
  program = await bundle(join(import.meta.dirname, "..", "fixtures", "engine-on-file.ts"));
});

function start(projectDir: string, ...rest: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, projectDir, ...rest], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function resume(projectDir: string, runId: string): RunRecord {
  return JSON.parse(execFileSync(process.execPath, [program, projectDir, "resume", runId], { encoding: "utf8" }));
}

async function until(condition: () => boolean): Promise<void> {
  for (const begun = Date.now(); !condition(); await delay(5)) {
    if (Date.now() - begun > 20_000) throw new Error("It did not come to that in 20 seconds.");
  }
}

function marks(projectDir: string): string[] {
  const file = join(projectDir, "marks");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
}

async function look(projectDir: string): Promise<{ run: RunRecord; steps: readonly StepRecord[] }> {
  const store = await openSqliteStore(join(projectDir, "pawl.db"));
  const [run] = await store.durability.list();
  const steps = await store.durability.steps(run!.id);
  await store.close();
  return { run: run!, steps };
}

describe("a process that is killed in the middle of a run", () => {
  test("is followed by one that completes it: no completed step runs twice, and history is whole", async () => {
    const projectDir = temporaryProject();
    const step = (n: number) =>
      `  - { id: s${n}, uses: shell.run, with: { shell: true, command: "echo begun ${n} >> marks; sleep 0.05; echo ended ${n} >> marks" } }`;
    const lines = Array.from({ length: 20 }, (_, n) => step(n));
    writeFileSync(join(projectDir, "flow.yaml"), `name: long\nsteps:\n${lines.join("\n")}\n`);
    const first = start(projectDir, "run", "flow.yaml");
    await until(() => marks(projectDir).includes("begun 8"));
    await kill(first);
    const { run, steps } = await look(projectDir);
    expect(run.status).toBe("running");
    const completed = steps.filter((each) => each.status === "completed").map((each) => each.step);
    expect(completed.length).toBeGreaterThanOrEqual(8);
    expect(completed.length).toBeLessThan(20);

    expect(resume(projectDir, run.id)).toMatchObject({ id: run.id, status: "completed", starts: 2 });
    const all = marks(projectDir);
    const times = (line: string) => all.filter((mark) => mark === line).length;
    for (let n = 0; n < 20; n++) {
      expect(times(`ended ${n}`)).toBeGreaterThanOrEqual(1);
      // Only the step that was cut off may have begun twice.
      expect(times(`begun ${n}`)).toBeLessThanOrEqual(n === completed.length ? 2 : 1);
    }
    const after = await look(projectDir);
    expect(after.steps.map((each) => [each.step, each.status])).toEqual(
      Array.from({ length: 20 }, (_, n) => [`s${n}`, "completed"]),
    );
  });

  test("leaves no old child beside the second try of the step that was cut off", async () => {
    const projectDir = temporaryProject();
    const command =
      "[ -e old.pid ] || echo $$ > old.pid; echo begun >> marks; if [ $(grep -c begun marks) -gt 1 ]; then echo second >> marks; exit; fi; while true; do echo old >> marks; sleep 0.02; done";
    writeFileSync(
      join(projectDir, "flow.yaml"),
      `name: stuck\nsteps:\n  - id: a\n    uses: shell.run\n    with: { shell: true, command: '${command}' }\n  - { id: b, uses: shell.run, with: { command: sleep 0.3 } }\n`,
    );
    const first = start(projectDir, "run", "flow.yaml");
    await until(() => marks(projectDir).includes("old"));
    await kill(first);
    const { run } = await look(projectDir);
    expect(resume(projectDir, run.id).status).toBe("completed");
    const all = marks(projectDir);
    expect(all.lastIndexOf("old")).toBeLessThan(all.indexOf("second"));
    expect(runningInGroup(Number(readFileSync(join(projectDir, "old.pid"), "utf8")))).toEqual([]);
  });

  test("resumes loops, groups and parallels from their records", async () => {
    const projectDir = temporaryProject();
    writeFileSync(
      join(projectDir, "flow.yaml"),
      `
name: nested
steps:
  - id: outer
    loop: [a, b, c]
    max_parallel: 2
    steps:
      - { id: mark, loop: [1, 2, 3], uses: shell.run, with: { shell: true, command: "echo '\${{ parent.item }}'\${{ item }} >> marks; sleep 0.03" } }
      - id: both
        parallel:
          - { id: x, uses: shell.run, with: { shell: true, command: "echo x\${{ item }} >> marks; sleep 0.03" } }
          - { id: y, uses: data.set, with: { v: "\${{ item }}" } }
outputs: { all: "\${{ steps.outer.output.map(o, o.both.y.v) }}" }
`,
    );
    const first = start(projectDir, "run", "flow.yaml");
    await until(() => marks(projectDir).length >= 5);
    await kill(first);
    const { run, steps } = await look(projectDir);
    expect(run.status).toBe("running");
    const completed = steps.filter((each) => each.status === "completed").length;
    const ended = resume(projectDir, run.id);
    expect(ended).toMatchObject({ status: "completed", outputs: { all: ["a", "b", "c"] } });
    const all = marks(projectDir);
    expect(new Set(all)).toEqual(new Set(["a", "b", "c"].flatMap((o) => [`${o}1`, `${o}2`, `${o}3`, `x${o}`])));
    // At most the two steps in flight were begun twice.
    expect(all.length).toBeLessThanOrEqual(12 + 2);
    const after = await look(projectDir);
    expect(after.steps.every((each) => each.status === "completed")).toBe(true);
    expect(after.steps.length).toBeGreaterThan(completed);
  });

  test("finds the run of a sub-flow again, and does not start a second one", async () => {
    const projectDir = temporaryProject();
    writeFileSync(
      join(projectDir, "flow.yaml"),
      "name: parent\nsteps:\n  - { id: call, flow: child }\noutputs: { said: '${{ steps.call.output.said }}' }\n",
    );
    writeFileSync(
      join(projectDir, "child.yaml"),
      `
name: child
steps:
  - { id: a, uses: shell.run, with: { shell: true, command: "echo a >> marks" } }
  - { id: b, uses: shell.run, with: { shell: true, command: "echo b >> marks; if [ -e again ]; then echo done; else touch again; sleep 60; fi" } }
outputs: { said: "\${{ steps.b.output.stdout }}" }
`,
    );
    const first = start(projectDir, "run", "flow.yaml");
    await until(() => marks(projectDir).includes("b"));
    await kill(first);
    const store = await openSqliteStore(join(projectDir, "pawl.db"));
    const [parent] = await store.durability.list({ flow: "parent" });
    await store.close();
    expect(resume(projectDir, parent!.id)).toMatchObject({ status: "completed", outputs: { said: "done" } });
    expect(marks(projectDir)).toEqual(["a", "b", "b"]);
    const after = await openSqliteStore(join(projectDir, "pawl.db"));
    const children = await after.durability.list({ flow: "child" });
    await after.close();
    expect(children.map((run) => [run.status, run.starts])).toEqual([["completed", 2]]);
  });
});
