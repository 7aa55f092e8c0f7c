import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ReloadedProject, readKeptPlugins } from "@pawl/flows";
import { createLogger } from "@pawl/hooks/guard";
import { describe, expect, test } from "vitest";
import { readBoard } from "../../src/server/server-board.ts";
import { projectWith, type Served, serve, until, writeInto } from "./serve-kit.ts";

const head = `import { existsSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, event, node, trigger } from "@pawl/flows";
import { z } from "zod";
`;

/** \`my.version\` answers; \`my.hold\` does so once a file is there. */
const versioned = (version: number) => `${head}
const answer = { version: ${version} as number };
const input = z.strictObject({});
export default definePlugin({
  name: "my",
  nodes: [
    node({ name: "my.version", input, run: () => answer }),
    node({ name: "my.hold", input, async run(_, { projectDir, signal }) {
      while (!existsSync(join(projectDir, "go"))) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return answer;
    } }),
  ],
});
`;

/** Takes the files of \`inbox\` one by one; each is deleted once its run is durable. */
const inbox = (version: number) => `${head}
const files = trigger({
  name: "inbox.files",
  input: z.strictObject({}),
  async *run(_, { projectDir, sleep }) {
    const folder = join(projectDir, "inbox");
    for (;;) {
      for (const name of readdirSync(folder).filter((each) => each.endsWith(".json")).sort()) {
        yield event({ version: ${version}, n: JSON.parse(readFileSync(join(folder, name), "utf8")) }, { id: name });
        unlinkSync(join(folder, name));
      }
      await sleep(5);
    }
  },
});
export default definePlugin({ name: "inbox", triggers: [files] });
`;

const versionFlow = {
  name: "version",
  steps: [{ id: "say", uses: "my.version" }],
  outputs: { v: "${{ steps.say.output.version }}" },
};
const holdFlow = {
  name: "hold",
  steps: [
    { id: "first", uses: "my.hold" },
    { id: "second", uses: "my.version" },
  ],
  outputs: { v: "${{ [steps.first.output.version, steps.second.output.version] }}" },
};

async function served(files: Readonly<Record<string, string | object>>) {
  const dir = projectWith(files);
  const reloads: ReloadedProject[] = [];
  const project = await serve(dir, { onReload: (reloaded) => reloads.push(reloaded) });
  return { dir, project, reloads };
}

/** The run of a flow, from its start to its end. */
async function run({ runtime, flows }: Served, name: string) {
  const { runId } = await runtime.engine.start(flows.find(name)!);
  return runtime.store.durability.ended(runId);
}

function saveAsEditorsDo(dir: string, path: string, text: string): void {
  writeFileSync(join(dir, "edit.tmp"), text);
  renameSync(join(dir, "edit.tmp"), join(dir, path));
}

describe("plugins of a project that is served", () => {
  test("that are edited take effect for runs that begin then; those under way end with what they began with", async () => {
    const { dir, project, reloads } = await served({
      "plugins/my.ts": versioned(1),
      "flows/version.yaml": versionFlow,
      "flows/hold.yaml": holdFlow,
    });
    const { engine, store } = project.runtime;
    const { runId } = await engine.start(project.flows.find("hold")!);
    await until(async () => (await store.durability.get(runId))?.status === "running");
    saveAsEditorsDo(dir, "plugins/my.ts", versioned(2));
    await until(() => reloads.length === 1);
    expect((await run(project, "version")).outputs).toEqual({ v: 2 });
    writeInto(dir, "go", "");
    expect((await store.durability.ended(runId)).outputs).toEqual({ v: [1, 1] });
    expect((await run(project, "hold")).outputs).toEqual({ v: [2, 2] });
  });

  test("that are added bring what flows were waiting for, and what is deleted is gone", async () => {
    const slugged = { name: "slugged", steps: [{ id: "a", uses: "data.set", with: { x: "${{ shout('a') }}" } }] };
    const { dir, project } = await served({ "flows/version.yaml": versionFlow, "flows/slugged.yaml": slugged });
    expect([project.flows.find("version"), project.flows.find("slugged")]).toEqual([undefined, undefined]);
    writeInto(dir, "plugins/my.ts", versioned(1));
    await until(() => project.flows.find("version"));
    expect((await run(project, "version")).outputs).toEqual({ v: 1 });
    const shout = '{ name: "shout", parameters: ["string"], call: (text: string) => `${text}!` }';
    writeInto(dir, "plugins/shout.ts", `export default { name: "shout", functions: [${shout}] };\n`);
    await until(() => project.flows.find("slugged"));
    const { id } = await run(project, "slugged");
    expect((await project.runtime.store.durability.steps(id))[0]).toMatchObject({ output: { x: "a!" } });
    rmSync(join(dir, "plugins/my.ts"));
    await until(() => !project.runtime.engine.nodes.has("my.version"));
    expect(await run(project, "version")).toMatchObject({ status: "failed", error: { code: "unknown-node" } });
  });

  test("that bring a trigger lose no event when they are edited again and again, and start no run twice", async () => {
    const { dir, project, reloads } = await served({
      "inbox/keep": "",
      "plugins/inbox.ts": inbox(0),
      "plugins/other.ts": versioned(1),
      "flows/inbox.yaml": {
        name: "inbox",
        trigger: { uses: "inbox.files" },
        steps: [{ id: "keep", uses: "log.message", with: { message: "x" } }],
      },
      "flows/tick.yaml": {
        name: "tick",
        trigger: { uses: "interval", with: { every: "1h" } },
        steps: [{ id: "v", uses: "my.version" }],
      },
    });
    const edits = process.env.PAWL_SOAK ? 6 : 3;
    let count = 0;
    const put = () => saveAsEditorsDo(dir, `inbox/${String(count).padStart(4, "0")}.json`, String(count++));
    for (let edit = 1; edit <= edits; edit++) {
      for (let more = 0; more < 10; more++) put();
      saveAsEditorsDo(dir, "plugins/inbox.ts", inbox(edit));
      await until(() => {
        put();
        return reloads.length === edit;
      });
    }
    await until(() => readdirSync(join(dir, "inbox")).length === 1);
    const runs = (await project.runs()).filter(({ flow }) => flow === "inbox");
    const payloads = runs.map(({ trigger }) => trigger.payload as { version: number; n: number });
    expect(payloads.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(new Set(payloads.map(({ version }) => version)).size).toBeGreaterThan(2);
    const started = await project.runtime.store.events.read({ types: ["trigger-started"], limit: 100 });
    expect(started.filter(({ flow }) => flow === "tick").length).toBe(1);
    expect(started.filter(({ flow }) => flow === "inbox").length).toBe(edits + 1);
  });

  test("that are broken by an edit go on as they were, and say so until they are mended", async () => {
    const { dir, project, reloads } = await served({
      "plugins/my.ts": versioned(1),
      "flows/version.yaml": versionFlow,
    });
    saveAsEditorsDo(dir, "plugins/my.ts", "export default {;\n");
    await until(() => reloads.length === 1);
    expect(reloads[0]!.broken).toMatchObject([{ source: "plugins/my.ts", isKept: true }]);
    expect((await run(project, "version")).outputs).toEqual({ v: 1 });
    const kept = readKeptPlugins(reloads[0]!.loaded.project);
    expect(kept).toEqual({ "plugins/my.ts": { text: versioned(1) } });
    const [told] = await project.runtime.store.events.read({ types: ["project-changed"] });
    expect(told!.data).toMatchObject({ plugins: { broken: [{ source: "plugins/my.ts", kept: true }] } });
    saveAsEditorsDo(dir, "plugins/my.ts", versioned(2));
    await until(() => reloads.length === 2);
    expect((await run(project, "version")).outputs).toEqual({ v: 2 });
    expect(readKeptPlugins(reloads[0]!.loaded.project)).toEqual({});
  });

  test("whose trigger is gone stop, and the trigger says why", async () => {
    const { dir, project } = await served({
      "inbox/keep": "",
      "plugins/inbox.ts": inbox(0),
      "flows/inbox.yaml": {
        name: "inbox",
        trigger: { uses: "inbox.files" },
        steps: [{ id: "keep", uses: "data.set" }],
      },
    });
    expect(project.triggers.status()).toMatchObject([{ health: "running" }]);
    rmSync(join(dir, "plugins/inbox.ts"));
    await until(() => project.triggers.status()[0]?.health === "failed");
    expect(project.triggers.status()[0]!.lastError).toMatchObject({ code: "unknown-trigger" });
    writeInto(dir, "plugins/inbox.ts", inbox(1));
    await until(() => project.triggers.status()[0]?.health === "running");
  });
});

describe("what a served project takes over only with a restart", () => {
  const pack = (version: string) => ({
    "node_modules/pawl-plugin-shop/package.json": {
      name: "pawl-plugin-shop",
      version,
      type: "module",
      main: "index.js",
      keywords: ["pawl-plugin"],
    },
    "node_modules/pawl-plugin-shop/index.js": 'export default { name: "shop" };\n',
    "package-lock.json": { version },
  });

  test("is told in the log and to other commands, until it is as it was: the configuration, and packages", async () => {
    const config = "export default { server: {} };\n";
    const dir = projectWith({
      "pawl.config.js": config,
      "package.json": { dependencies: { "pawl-plugin-shop": "*" } },
      ...pack("1.0.0"),
    });
    const lines: string[] = [];
    const project = await serve(dir, { log: createLogger((_, message) => void lines.push(message)) });
    const told = async () => (await readBoard(project.runtime.store))?.outdated ?? [];
    saveAsEditorsDo(dir, "pawl.config.js", "export default { server: { port: 1 } };\n");
    await until(async () => (await told()).length === 1);
    expect((await told())[0]).toMatch(/^pawl\.config\.js .*restart/);
    expect(lines.filter((line) => line.startsWith("pawl.config.js"))).toHaveLength(1);
    for (const version of ["1.0.1", "1.0.2"]) {
      for (const [path, content] of Object.entries(pack(version))) writeInto(dir, path, content);
      await until(async () => (await told()).some((line) => line.includes(version)));
      expect(await told()).toContainEqual(expect.stringMatching(/^pawl-plugin-shop .*1\.0\.0 is in use/));
    }
    for (const [path, content] of Object.entries(pack("1.0.0"))) writeInto(dir, path, content);
    saveAsEditorsDo(dir, "pawl.config.js", config);
    await until(async () => (await told()).length === 0);
  });
});
