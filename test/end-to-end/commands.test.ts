import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf, pawl, pawlJson, program, startPawl, temporaryFolder, temporaryProject, until } from "./pawl.ts";

const files = {
  "flows/deploy.yaml": `name: deploy
inputs:
  target: { type: string, default: staging }
steps:
  - id: build
    uses: shell.run
    with: { command: echo built }
  - id: alert
    if: \${{ steps.build.output.code != 0 }}
    uses: log.message
    with: { message: broken }
  - id: migrate
    uses: shell.run
    retry: { attempts: 2, initial_delay: 10ms }
    with: { command: 'sh -c "echo no such table >&2; exit 3"', check: true }
outputs:
  said: \${{ steps.build.output.stdout }}
`,
  "flows/slow.yaml": `name: slow
trigger: { uses: interval, with: { every: 1h } }
steps:
  - id: sleep
    uses: shell.run
    with: { command: 'sh -c "echo begun; touch begun; sleep 60"' }
`,
};

describe("pawl init", () => {
  test("writes a project that runs at once, and leaves what is there", async () => {
    const cwd = temporaryFolder();
    const env = { XDG_STATE_HOME: temporaryFolder() };
    const made = await pawl(["init", "my-automations"], { cwd, env });
    expect(made.stdout).toContain("Next: cd my-automations && pawl run hello");
    const project = join(cwd, "my-automations");
    const ran = await pawl(["run", "hello"], { cwd: project, env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(linesOf(join(project, "reports", "hello.txt"))).toEqual(["Hello from Pawl"]);
    expect((await pawlJson(["validate"], { cwd: project, env })).files).toMatchObject([
      { file: "flows/hello.yaml", ok: true },
      { file: "flows/hello.test.yaml", ok: true },
      { file: "hooks/audit/HOOK.md", ok: true },
    ]);
    expect(made.stdout).toContain("trusted");
    expect((await pawl(["validate"], { cwd: project, env })).stderr).not.toContain("trusted");
    const { hooks } = await pawlJson(["hooks", "list"], { cwd: project, env });
    expect(JSON.stringify(hooks)).not.toContain("nobody has trusted it");
    expect((await pawl(["init"], { cwd: project, env })).stdout).toContain("left as it is");
    expect((await pawl(["hooks", "list"], { cwd: project, env })).stdout).toContain("audit");
  });
});

describe("pawl init in a folder that has files", () => {
  test("trusts nothing", async () => {
    const cwd = temporaryProject({ "plugins/theirs.ts": "export default {};" });
    expect((await pawl(["init"], { cwd })).stdout).not.toContain("trusted as");
    expect((await pawl(["hooks", "list"], { cwd })).stdout).toMatch(/trust/);
  });
});

describe("a run that failed", () => {
  test("shows each step, what the program said, where it failed, and what to type", async () => {
    const cwd = temporaryProject(files);
    const { stdout, code } = await pawl(["run", "deploy"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✓ build +[\d.]+ m?s +"built"/);
    expect(stdout).toMatch(/↷ alert +skipped: .*steps\.build\.output\.code != 0/);
    expect(stdout).toMatch(/✗ migrate +[\d.]+ m?s +exit code 3, tried 2 times/);
    expect(stdout).toContain("no such table");
    expect(stdout).toMatch(/failed at step migrate \(flows\/deploy\.yaml:12\) · pawl logs \w{13}/);
    const id = /pawl logs (\w+)/.exec(stdout)![1]!;
    expect((await pawl(["show", id], { cwd })).stdout).toContain("failed at step migrate (flows/deploy.yaml:12)");
    const logs = await pawl(["logs", id, "--step", "migrate"], { cwd });
    expect(logs.stdout).toContain("attempt 1 failed");
    expect(logs.stdout).not.toContain("built");
  });

  test("is a document of the promised form with --json", async () => {
    const cwd = temporaryProject(files);
    const document = await pawlJson(["run", "deploy", "-i", "target=production"], { cwd });
    expect(document.run).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      flow: "deploy",
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: "failed",
      error: { code: "exit-code", message: expect.any(String) },
      inputs: { target: "production" },
      outputs: expect.any(Object),
      durationMs: expect.any(Number),
    });
    expect(
      document.steps.map((step: { id: string; status: string; attempts: number }) => [
        step.id,
        step.status,
        step.attempts,
      ]),
    ).toEqual([
      ["build", "completed", 1],
      ["alert", "skipped", 0],
      ["migrate", "failed", 2],
    ]);
    // `show` says beside it who answered what the run asked.
    expect(await pawlJson(["show", document.run.id], { cwd })).toMatchObject(document);
    const { runs } = await pawlJson(["runs", "--flow", "deploy", "--status", "failed"], { cwd });
    expect(runs).toMatchObject([{ id: document.run.id, flow: "deploy", status: "failed" }]);
  });
});

describe("--dry-run and --detach", () => {
  test("execute nothing: one shows the plan, the other queues", async () => {
    const cwd = temporaryProject(files);
    const plan = await pawlJson(["run", "slow", "--dry-run"], { cwd });
    expect(plan).toMatchObject({ flow: "slow", steps: [{ id: "sleep", does: "shell.run" }] });
    expect((await pawlJson(["runs"], { cwd })).runs).toEqual([]);
    const { run } = await pawlJson(["run", "slow", "--detach"], { cwd });
    expect((await pawlJson(["show", run.id.slice(0, 14)], { cwd })).run.status).toBe("queued");
    expect(existsSync(join(cwd, "begun"))).toBe(false);
    const cancelled = await pawlJson(["cancel", run.id], { cwd });
    expect(cancelled.run.status).toBe("cancelled");
  });
});

describe("a run that goes on", () => {
  test("is followed by logs -f, and ended by cancel within a second or two", async () => {
    const cwd = temporaryProject(files);
    const run = startPawl(["run", "slow"], { cwd });
    await until("the step has begun", () => existsSync(join(cwd, "begun")));
    const [{ id }] = (await pawlJson(["runs"], { cwd })).runs;
    const logs = startPawl(["logs", id, "-f"], { cwd });
    await until("the log is shown", () => logs.output().includes("begun"));
    const status = await pawlJson(["status"], { cwd });
    expect(status.runs).toEqual({ queued: 0, running: 1, waiting: 0 });
    const asked = Date.now();
    const { run: cancelled } = await pawlJson(["cancel", id], { cwd });
    expect(cancelled.status).toBe("cancelled");
    expect((await run.ended).code).toBe(1);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect((await logs.ended).stdout).toContain("cancelled");
  });
});

describe("the command line", () => {
  test("completes commands, flags, flows, runs and steps without importing the project", async () => {
    const cwd = temporaryProject({ ...files, "plugins/loud.ts": "throw new Error('imported');\n" });
    const { run } = await pawlJson(["run", "deploy"], { cwd });
    const suggestions = async (...words: string[]) => {
      const { stdout } = await pawl(["complete", "--", ...words], { cwd });
      return stdout.split("\n").map((line) => line.split("\t")[0]);
    };
    expect(await suggestions("val")).toContain("validate");
    expect(await suggestions("run", "")).toEqual(expect.arrayContaining(["deploy", "slow"]));
    expect(await suggestions("run", "--dr")).toContain("--dry-run");
    expect(await suggestions("show", "")).toContain(run.id.slice(0, 13));
    expect(await suggestions("logs", "--step", "")).toContain("migrate");
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      expect((await pawl(["completion", shell], { cwd })).stdout).toContain("pawl");
    }
  });

  test("ends quietly when its reader goes away", async () => {
    const cwd = temporaryProject(files);
    await pawl(["run", "deploy"], { cwd });
    const child = spawn("sh", ["-c", `"${process.execPath}" "${program}" nodes | head -1`], { cwd });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(stderr).toBe("");
  });

  test("colours only when it is wanted", async () => {
    const cwd = temporaryProject(files);
    const paint = "\u001b[";
    expect((await pawl(["run", "deploy"], { cwd })).stdout).not.toContain(paint);
    expect((await pawl(["run", "deploy"], { cwd, env: { FORCE_COLOR: "1" } })).stdout).toContain(paint);
    expect((await pawl(["run", "deploy"], { cwd, env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain(
      paint,
    );
  });
});
