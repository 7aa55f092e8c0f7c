import { expect, test } from "vitest";
import { pawl, pawlJson, startPawl, temporaryProject, until } from "../end-to-end/pawl.ts";

const markup = "[/x] [bold]loud[/bold] [31m %s {0}";
const long = "y".repeat(500);

test("pawl logs prints text with square brackets and escape codes as it came, and does not stumble over it", async () => {
  const cwd = temporaryProject({
    "flows/loud.yaml": `name: loud\nsteps:\n  - { id: say, uses: shell.run, with: { command: "printf '%s' '${markup}'" } }\n`,
  });
  const ran = await pawl(["run", "loud"], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  const logs = await pawl(["logs", "loud"], { cwd });
  expect(logs.code, logs.stderr).toBe(0);
  expect(logs.stdout).toContain(markup);
});

test("pawl show leaves nothing out: whole outputs, errors, inputs and durations are there", async () => {
  const cwd = temporaryProject({
    "flows/long.yaml": `name: long\ninputs: { tag: { type: string } }\nsteps:\n  - { id: a, uses: data.set, with: { v: "\${{ inputs.tag }}${long}" } }\n`,
  });
  const { run } = await pawlJson(["run", "long", "--input", "tag=v1"], { cwd });
  const shown = await pawlJson(["show", run.id], { cwd });
  expect(shown.steps[0]).toMatchObject({ output: { v: `v1${long}` }, durationMs: expect.any(Number) });
  expect(shown.run).toMatchObject({ inputs: { tag: "v1" }, durationMs: expect.any(Number) });
  const text = await pawl(["show", run.id, "--full"], { cwd });
  expect(text.stdout).toContain(long);
  expect(text.stdout).toMatch(/tag.*v1/);
});

test("pawl logs -f follows a run for as long as it goes on, however long it is silent", async () => {
  const cwd = temporaryProject({
    "flows/silent.yaml":
      "name: silent\nsteps:\n  - { id: gate, approval: true, uses: log.message, with: { message: spoken at last } }\n",
  });
  const { run } = await pawlJson(["run", "silent"], { cwd });
  const follower = startPawl(["logs", run.id, "-f"], { cwd });
  await until("it shows that the run waits", () => follower.output().includes("gate"));
  await pawl(["approve", run.id], { cwd });
  expect(follower.child.exitCode).toBe(null);
  await pawl(["resume", run.id], { cwd });
  expect((await follower.ended).stdout).toContain("spoken at last");
});
