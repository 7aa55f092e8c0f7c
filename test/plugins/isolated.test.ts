import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { linesOf, pawlJson, startServe, temporaryFolder, temporaryProject, until } from "../end-to-end/pawl.ts";
import { processesIn } from "../end-to-end/worker-kit.ts";
import { flowText, marking, outputsOf, pluginText } from "./project.ts";

const trusting = ["--trust-all"];

test("the processes that run flows never import an isolated plugin, whose node works, and refuses inputs at their positions", async () => {
  const marks = join(temporaryFolder(), "marks");
  const atImport = marking(marks);
  const cwd = temporaryProject({
    "pawl.config.mjs":
      'export default { plugins: { isolate: { "plugins/told.ts": { in: "process", memory: "128mb" } } } };\n',
    "plugins/says.ts": pluginText("says", { atImport, keys: 'isolate: "process",', output: "[n, process.pid]" }),
    "plugins/told.ts": pluginText("told", { atImport, output: "[n, process.pid]" }),
    "flows/apart.yaml": flowText("apart", "says.one", "told.one"),
    "flows/odd.yaml": "name: odd\nsteps:\n  - { id: odd, uses: says.one, with: { n: 3 } }\n",
    "flows/wrong.yaml": "name: wrong\nsteps:\n  - id: a\n    uses: told.one\n    with:\n      n: many\n      m: 1\n",
  });
  const server = await startServe({ cwd }, ["--workers", "1"]);
  const servers = processesIn(cwd).map((line) => Number(line.split(" ")[0]));
  expect(servers.length).toBeGreaterThan(1);
  const outputs = (await outputsOf(server, "apart")) as number[][];
  expect(outputs).toEqual([
    [2, expect.any(Number)],
    [2, expect.any(Number)],
  ]);
  const [{ steps }, { files }, { nodes }] = await Promise.all([
    pawlJson(["run", "odd"], { cwd }),
    pawlJson(["validate", "flows/wrong.yaml", ...trusting], { cwd }),
    pawlJson(["nodes", "says.one", ...trusting], { cwd }),
  ]);
  expect(steps[0].error).toMatchObject({ code: "invalid-input", message: expect.stringContaining("is odd") });
  expect(files[0].diagnostics).toMatchObject([
    { code: "input-type", line: 6, column: 10 },
    { code: "unknown-input", line: 7, column: 7 },
  ]);
  expect(nodes[0].inputs.properties.n).toMatchObject({ type: "number", default: 2 });
  const imported = linesOf(marks).map(Number);
  // Twice to look at them, once for each that ran: two of the first run, one of the second.
  expect(imported.length).toBe(5);
  expect(imported.filter((pid) => servers.includes(pid))).toEqual([]);
  for (const [, pid] of outputs) expect(imported).toContain(pid);
  await server.kill("SIGINT");
  expect(processesIn(cwd)).toEqual([]);
}, 60_000);

test("what an isolated plugin brings that only the server could run is left out and told, and its edits are taken over", async () => {
  const more = 'isolate: { in: "process" }, hooks: [{ name: "watching", beforeExecute() {} }],';
  const cwd = temporaryProject({
    "plugins/mixed.ts": pluginText("mixed", { keys: more, output: "1" }),
    "plugins/plain.ts": pluginText("plain", { keys: 'isolate: "worker",', output: "1" }),
    "flows/plain.yaml": flowText("plain", "mixed.one", "plain.one"),
  });
  const { files } = await pawlJson(["validate", ...trusting], { cwd });
  const told = files.find(({ file }: { file: string }) => file === "plugins/mixed.ts").diagnostics;
  expect(told).toMatchObject([{ code: "isolated-part", message: expect.stringContaining("watching") }]);
  const server = await startServe({ cwd }, ["--workers", "1"]);
  writeFileSync(join(cwd, "plugins", "plain.ts"), pluginText("plain", { keys: 'isolate: "worker",', output: "2" }));
  await until("it was taken over", () => server.output().includes("plugins/plain.ts was taken over"));
  expect(await outputsOf(server, "plain")).toEqual([1, 2]);
  expect(existsSync(join(cwd, ".pawl", "cache", "plugin-verdicts.json"))).toBe(true);
  await server.kill("SIGINT");
}, 60_000);
