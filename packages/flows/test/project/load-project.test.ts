import { describe, expect, test } from "vitest";
import { NodeResult } from "../../src/nodes/node.ts";
import { findProject } from "../../src/project/find-project.ts";
import { loadProject } from "../../src/project/load-project.ts";
import { folderWith, writeIn } from "./project-folder.ts";

const node = (name: string, value: string) =>
  `{ name: "${name}", input: z.object({}), run: () => new NodeResult({ status: "success", output: ${value} }) }`;
const plugin = (name: string, body: string) =>
  `import { definePlugin, NodeResult } from "@pawl/flows";\nimport { z } from "zod";\nexport default definePlugin({ name: "${name}", ${body} });\n`;

async function load(folder: string, importCode = true) {
  return loadProject(findProject(folder), { importCode });
}

describe("loading a project", () => {
  test("imports local plugins and packages with the keyword, with Pawl's own modules", async () => {
    const folder = folderWith({
      "pawl.config.ts":
        "import { defineConfig } from '@pawl/flows';\nexport default defineConfig({ server: { port: 1 as number } });\n",
      "plugins/mine.ts": plugin("mine", `nodes: [${node("my.one", "1")}]`),
      "plugins/_helper.ts": "throw new Error('not a plugin');",
      "plugins/mine.test.ts": "throw new Error('not a plugin');",
      "package.json": '{ "dependencies": { "their-plugin": "1", "no-plugin": "1" } }',
      "node_modules/their-plugin/package.json":
        '{ "name": "their-plugin", "type": "module", "main": "main.js", "keywords": ["pawl-plugin"] }',
      "node_modules/their-plugin/main.js": plugin("theirs", `nodes: [${node("their.two", "2")}]`),
      "node_modules/no-plugin/package.json": '{ "name": "no-plugin", "main": "gone.js" }',
    });
    const loaded = await load(folder);
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.config.server).toEqual({ port: 1 });
    expect(loaded.plugins.map((found) => found.source)).toEqual(["plugins/mine.ts", "their-plugin"]);
    expect(loaded.isPartial).toBe(false);
    for (const name of ["my.one", "their.two"]) {
      const found = await loaded.nodes.find(name)!;
      expect(found.run({}, undefined as never)).toBeInstanceOf(NodeResult);
    }
  });

  test("imports nothing when that is not allowed, and says that it does not know everything", async () => {
    const folder = folderWith({ ".pawl/keep": "", "plugins/loud.ts": "throw new Error('imported');" });
    expect(await load(folder, false)).toMatchObject({ isPartial: true, diagnostics: [], plugins: [] });
    const bare = folderWith({ ".pawl/keep": "" });
    expect(await load(bare, false)).toMatchObject({ isPartial: false });
  });

  test("leaves out a plugin that cannot be imported, with its place, and uses the others", async () => {
    const folder = folderWith({
      ".pawl/keep": "",
      "plugins/a-throws.ts": "export const a: number = 1;\nthrow new Error('no such luck');\n",
      "plugins/b-syntax.ts": "export default {;\n",
      "plugins/c-missing.ts": "import 'gone-package';\nexport default {};\n",
      "plugins/d-good.ts": plugin("good", `nodes: [${node("good.node", "1")}]`),
    });
    const { diagnostics, nodes } = await load(folder);
    expect(diagnostics.map(({ code, file }) => [code, file?.split("/").at(-1)])).toEqual([
      ["plugin-import", "a-throws.ts"],
      ["plugin-import", "b-syntax.ts"],
      ["plugin-import", "c-missing.ts"],
    ]);
    expect(diagnostics[1]).toMatchObject({ line: 1 });
    expect(diagnostics.every(({ message }) => !message.includes("\n"))).toBe(true);
    expect(nodes.has("good.node")).toBe(true);
  });

  test("says what is no plugin, and keeps what is right of it", async () => {
    const folder = folderWith({
      ".pawl/keep": "",
      "plugins/a.ts": "export const plugin = {};\n",
      "plugins/b.ts": plugin(
        "b",
        `nodes: [{ name: "noinput", run() {} }, ${node("b.right", "1")}], trigers: [], hooks: [class AuditHook {}]`,
      ),
    });
    const { diagnostics, nodes } = await load(folder);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      "invalid-plugin",
      "invalid-plugin",
      "invalid-plugin",
      "invalid-step-hook",
    ]);
    expect(diagnostics[1]!.message).toContain('Did you mean "triggers"?');
    expect(diagnostics[3]!.message).toContain("AuditHook of plugins/b.ts is a class");
    expect(nodes.has("b.right")).toBe(true);
  });

  test("names both sources of what is defined twice, and keeps the first", async () => {
    const same = `nodes: [${node("same.name", "1")}], triggers: [{ name: "same.trigger", input: z.object({}), async *run() {} }]`;
    const folder = folderWith({
      ".pawl/keep": "",
      "plugins/a.ts": plugin("a", same),
      "plugins/b.ts": plugin("b", same),
    });
    const { diagnostics } = await load(folder);
    expect(diagnostics.map(({ code }) => code).sort()).toEqual(["duplicate-node", "duplicate-trigger"]);
    for (const { message } of diagnostics) expect(message).toMatch(/plugins\/a\.ts.*plugins\/b\.ts/);
  });

  test("sees files as they are now, and evaluates a shared module once", async () => {
    const folder = folderWith({
      ".pawl/keep": "",
      "plugins/shared/count.ts": "export const count = { value: 0 };\n",
      "plugins/a.ts": "import { count } from './shared/count.ts';\ncount.value += 1;\nexport default { name: 'a' };\n",
      "plugins/b.ts":
        "import { count } from './shared/count.ts';\nexport default { name: `count is ${count.value}` };\n",
    });
    expect((await load(folder)).plugins[1]!.name).toBe("count is 1");
    writeIn(
      folder,
      "plugins/a.ts",
      "import { count } from './shared/count.ts';\ncount.value += 5;\nexport default { name: 'a' };\n",
    );
    expect((await load(folder)).plugins[1]!.name).toBe("count is 5");
  });

  test("says what is wrong in the configuration, and takes the rest of it", async () => {
    const folder = folderWith({ "pawl.config.mjs": "export default { sever: {}, name: 3, server: { port: 80 } };\n" });
    const { diagnostics, config } = await load(folder);
    expect(diagnostics.map(({ code }) => code)).toEqual(["invalid-config", "invalid-config"]);
    expect(diagnostics[0]!.message).toContain('Did you mean "server"?');
    expect(config).toEqual({ server: { port: 80 } });
    const broken = folderWith({ "pawl.config.mjs": "throw 3;\n" });
    expect((await load(broken)).diagnostics).toMatchObject([{ code: "config-import" }]);
  });
});
