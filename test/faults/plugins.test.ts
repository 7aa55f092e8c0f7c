import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pawl, pawlJson, startPawl, temporaryFolder, temporaryProject } from "../end-to-end/pawl.ts";
import { flowText, marking, pluginText } from "../plugins/project.ts";

const apartPlugin = `
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
const none = z.object({});
export default definePlugin({ name: "apart", nodes: [
  node({ name: "apart.mark", input: none, run() { globalThis.marked = true; return process.pid; } }),
  node({ name: "apart.look", input: none, run: () => ({ pid: process.pid, marked: globalThis.marked === true }) }),
  node({ name: "apart.end", input: none, run: () => process.exit(3) }),
] });
`;

test("an isolated step runs in another process: it leaves nothing in that of the run, and ends only itself", async () => {
  const cwd = temporaryProject({
    "plugins/apart.ts": apartPlugin,
    "flows/apart.yaml": `name: apart
steps:
  - { id: mark, uses: apart.mark, isolate: process }
  - { id: leave, uses: apart.end, isolate: process, continue_on_error: true }
  - { id: look, uses: apart.look }
`,
  });
  const { run, steps } = await pawlJson(["run", "apart"], { cwd });
  expect(run.status).toBe("completed");
  const [mark, left, look] = steps;
  expect(mark.output).toBeGreaterThan(0);
  expect(look.output).toEqual({ pid: expect.any(Number), marked: false });
  expect(look.output.pid).not.toBe(mark.output);
  expect(left.error.code).toBe("isolate-crashed");
});

test("the main process does not import a plugin whose nodes run isolated", async () => {
  const marks = join(temporaryFolder(), "marks");
  const cwd = temporaryProject({
    "plugins/away.ts": pluginText("away", { atImport: marking(marks), keys: 'isolate: "process",' }),
    "flows/away.yaml": flowText("away", "away.one"),
  });
  const { child, ended } = startPawl(["run", "away", "--json"], { cwd });
  const { run, steps } = JSON.parse((await ended).stdout);
  expect(run.status).toBe("completed");
  const importers = readFileSync(marks, "utf8").trim().split("\n").map(Number);
  expect(importers).toEqual([expect.any(Number), steps[0].output]);
  expect(importers).not.toContain(child.pid);
});

test("an added plugin is pinned: the project's lock file has its exact version and its checksum", async () => {
  const folder = temporaryFolder();
  const manifest = { name: "pawl-plugin-pinned", version: "1.2.3", type: "module", exports: "./index.js" };
  mkdirSync(join(folder, "package"));
  const write = (name: string, text: string) => writeFileSync(join(folder, "package", name), text);
  write("package.json", JSON.stringify({ ...manifest, keywords: ["pawl-plugin"] }));
  write("index.js", 'export default { name: "pinned", nodes: [] };\n');
  const tarball = join(folder, "pinned.tgz");
  execFileSync("tar", ["-czf", tarball, "-C", folder, "package"]);
  const cwd = temporaryProject({});
  const env = { npm_config_registry: "http://127.0.0.1:1", npm_config_cache: join(folder, "cache") };
  const added = await pawl(["plugin", "add", tarball], { cwd, env });
  expect(added.code, added.stderr).toBe(0);
  const { packages } = JSON.parse(readFileSync(join(cwd, "package-lock.json"), "utf8"));
  const integrity = expect.stringMatching(/^sha512-/);
  expect(packages["node_modules/pawl-plugin-pinned"]).toMatchObject({ version: "1.2.3", integrity });
});
