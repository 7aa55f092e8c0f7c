import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pawl, pawlJson, post, startServe, temporaryFolder, temporaryProject, until } from "../end-to-end/pawl.ts";

const root = join(import.meta.dirname, "..", "..");
const hello = (project: string) => ({
  "flows/hello.yaml": `name: hello\ntrigger: { uses: webhook.receive }\nsteps:\n  - { id: say, uses: data.set, with: { project: ${project} } }\n`,
});

test("two projects are served side by side on one machine, each with its own flows and runs", async () => {
  const folders = [temporaryProject(hello("one")), temporaryProject(hello("two"))];
  const servers = await Promise.all(folders.map((cwd) => startServe({ cwd })));
  for (const [index, { url }] of servers.entries()) {
    expect((await post(`${url}/webhooks/hello`, {})).status).toBe(202);
    const cwd = folders[index]!;
    await until("its run has completed", async () => {
      const { runs } = await pawlJson(["runs", "--status", "completed"], { cwd });
      return runs.length === 1;
    });
  }
  const shown = await pawlJson(["show"], { cwd: folders[1]! });
  expect(shown.steps[0].output).toEqual({ project: "two" });
});

test("every command finds flows in the same place, in folders below flows/ and from anywhere inside the project", async () => {
  const cwd = temporaryProject({ "flows/deep/er/hello.yml": hello("deep")["flows/hello.yaml"] });
  const below = join(cwd, "flows", "deep");
  for (const command of [["validate"], ["status"], ["inspect", "hello"], ["run", "hello"]]) {
    const { code, stdout, stderr } = await pawl(command, { cwd: below });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/hello|1 file,/);
  }
});

test("pawl --version says the version of the package", async () => {
  const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
  expect((await pawl(["--version"], { cwd: temporaryFolder() })).stdout).toContain(version);
});

test("pawl --version loads nothing else to say it", () => {
  const dist = join(root, "packages/cli/dist");
  const importsOf = (file: string) =>
    [...readFileSync(join(dist, file), "utf8").matchAll(/\bfrom\s*"([^"]+)"/g)].map((match) => match[1]!);
  const files = importsOf("main.js");
  expect(files).toHaveLength(1);
  expect(importsOf(files[0]!).filter((name) => !name.startsWith("node:"))).toEqual([]);
});

test("pawl alone starts nothing in the background: it shows its help and ends", async () => {
  const cwd = temporaryFolder();
  const ended = await pawl([], { cwd });
  expect(ended.stdout + ended.stderr).toContain("Usage: pawl");
});

test("pawl prune takes no run that goes on or waits", async () => {
  const cwd = temporaryProject({
    "flows/gate.yaml": "name: gate\nsteps:\n  - { id: gate, approval: true, uses: data.set }\n",
    "flows/done.yaml": "name: done\nsteps:\n  - { id: a, uses: data.set }\n",
  });
  for (const flow of ["gate", "gate", "done", "done"]) await pawl(["run", flow], { cwd });
  expect(await pawlJson(["prune", "--runs", "1"], { cwd })).toEqual({ runs: 1 });
  const { runs } = await pawlJson(["runs"], { cwd });
  expect(runs.map((run: { flow: string }) => run.flow)).toEqual(["done", "gate", "gate"]);
});
