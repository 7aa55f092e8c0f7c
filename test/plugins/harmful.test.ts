import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { linesOf, pawl, pawlJson, startServe, temporaryFolder, temporaryProject, until } from "../end-to-end/pawl.ts";
import { processesIn } from "../end-to-end/worker-kit.ts";
import { flowText, marking, outputsOf, pluginText, shortLimits } from "./project.ts";

/** What each does at its import, and what is said of it. */
const harms: Readonly<Record<string, readonly [atImport: string, code: string, said: string]>> = {
  blocks: ["while (true) {}", "plugin-harmful", "importTime"],
  hoards: [
    "for (const all = []; ; ) all.push(new Array(100_000).fill(Math.random()));",
    "plugin-harmful",
    "importMemory",
  ],
  buffers: ["for (const all = []; ; ) all.push(Buffer.alloc(10_000_000, 1));", "plugin-harmful", "importMemory"],
  exits: ["process.exit(0);", "plugin-harmful", "process.exit(0)"],
  throws: ["throw new Error('no such luck');", "plugin-import", "no such luck"],
  hangs: ["await new Promise((resolve) => setTimeout(resolve, 1e8));", "plugin-harmful", "importTime"],
  leaves: ["Promise.reject(new Error('nobody looks'));", "plugin-harmful", "nobody looks"],
};
/** These take a second or two each. */
const inFullOnly = ["buffers", "leaves"];
const names = Object.keys(harms).filter((name) => process.env.PAWL_SOAK || !inFullOnly.includes(name));
const trusting = ["--trust-all"];

function harmfulProject(): { readonly cwd: string; readonly marks: string } {
  const marks = join(temporaryFolder(), "marks");
  const files: Record<string, string> = {
    ...shortLimits,
    "plugins/good.ts": pluginText("good", { atImport: marking(marks) }),
    "flows/good.yaml": flowText("good", "good.one"),
    "flows/blocked.yaml": flowText("blocked", "good.one", "blocks.one"),
  };
  for (const name of names) files[`plugins/${name}.ts`] = pluginText(name, { atImport: harms[name]![0] });
  return { cwd: temporaryProject(files), marks };
}

interface Checked {
  readonly file: string;
  readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly line: number }[];
}

test("a plugin that blocks, hoards memory, exits, throws or hangs at its import harms nothing but itself, and every command names it", async () => {
  const { cwd, marks } = harmfulProject();
  const { files } = (await pawlJson(["validate", ...trusting], { cwd })) as { files: readonly Checked[] };
  const server = await startServe({ cwd }, ["--workers", "1"]);
  const [ran, { stdout: status }, { findings }] = await Promise.all([
    pawlJson(["run", "good"], { cwd }),
    pawl(["status", ...trusting], { cwd }),
    pawlJson(["doctor", ...trusting], { cwd }),
  ]);
  expect(ran.run.status).toBe("completed");
  for (const name of names) {
    const [, code, said] = harms[name]!;
    const [found, ...others] = files.find(({ file }) => file === `plugins/${name}.ts`)!.diagnostics;
    expect([found!.code, others, found!.message], name).toEqual([code, [], expect.stringContaining(said)]);
  }
  const [unknown] = files.find(({ file }) => file === "flows/blocked.yaml")!.diagnostics;
  expect(unknown).toMatchObject({
    code: "unknown-node",
    line: 4,
    message: expect.stringContaining("plugins/blocks.ts"),
  });
  for (const name of names) {
    expect(status, name).toContain(`plugins/${name}.ts`);
    const about = (findings as { ok: boolean; detail: string }[]).filter(({ detail }) => detail.includes(`${name}.ts`));
    expect(about, name).toMatchObject([{ ok: false }]);
  }
  expect(processesIn(cwd).filter((command) => command.includes("probe-main"))).toEqual([]);
  // Looked at once, imported by the server, its worker, the run and the two commands that read; looked at again by the doctor.
  expect(linesOf(marks).length).toBe(8);
  await server.kill("SIGINT");
  expect(processesIn(cwd)).toEqual([]);
}, 120_000);

test("a harmful plugin that is edited into a good one is used without a restart, and a good one that is made harmful stays as it was", async () => {
  const cwd = temporaryProject({
    ...shortLimits,
    "plugins/turns.ts": pluginText("turns", { atImport: "while (true) {}" }),
    "flows/turns.yaml": flowText("turns", "turns.one"),
  });
  const server = await startServe({ cwd }, ["--workers", "1"]);
  const put = (text: string) => writeFileSync(join(cwd, "plugins", "turns.ts"), text);
  put(pluginText("turns", { output: '"good"' }));
  await until("the good one was taken over", () => server.output().includes("plugins/turns.ts was taken over"));
  expect(await outputsOf(server, "turns")).toEqual(["good"]);
  put(pluginText("turns", { atImport: "while (true) {}", output: '"worse"' }));
  await until("the bad one was refused", () => server.output().includes("goes on as it was before"));
  expect(server.output()).toContain("importTime");
  expect((await fetch(`${server.url}/readyz`)).ok).toBe(true);
  expect(await outputsOf(server, "turns")).toEqual(["good"]);
  await server.kill("SIGINT");
  expect(processesIn(cwd)).toEqual([]);
}, 120_000);
