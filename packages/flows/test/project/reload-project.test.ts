import { rmSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { findProject } from "../../src/project/find-project.ts";
import { loadProject } from "../../src/project/load-project.ts";
import type { LoadedProject } from "../../src/project/loaded-project.ts";
import { reloadProject } from "../../src/project/reload-project.ts";
import { folderWith, writeIn } from "./project-folder.ts";

const plugin = (name: string, value: string, more = "") =>
  `import { definePlugin, node, trigger } from "@pawl/flows";
import { z } from "zod";
${more}
const one = node({ name: "${name}.one", input: z.object({}), run: () => (${value}) });
const fires = trigger({ name: "${name}.fires", input: z.object({}), async *run() { yield ${value}; } });
export default definePlugin({ name: "${name}", nodes: [one], triggers: [fires] });
`;

async function load(files: Readonly<Record<string, string>>) {
  const folder = folderWith({ ".pawl/keep": "", ...files });
  return { folder, loaded: await loadProject(findProject(folder), { importCode: true }) };
}

async function resultOf({ nodes }: LoadedProject, name: string): Promise<unknown> {
  return (await nodes.find(name))?.run({}, undefined as never);
}

describe("looking at plugins again", () => {
  test("finds nothing when nothing has changed", async () => {
    const { loaded } = await load({ "plugins/a.ts": plugin("a", "1"), "plugins/b.mjs": plugin("b", "1") });
    expect(await reloadProject(loaded, {})).toBeUndefined();
  });

  test("imports what was edited and added, leaves out what was deleted, and leaves the rest the same objects", async () => {
    const { folder, loaded } = await load({
      "plugins/edited.ts": plugin("edited", "1"),
      "plugins/gone.ts": plugin("gone", "1"),
      "plugins/same.ts": plugin("same", "1"),
    });
    writeIn(folder, "plugins/edited.ts", plugin("edited", "2"));
    writeIn(folder, "plugins/new.ts", plugin("new", "3"));
    rmSync(join(folder, "plugins/gone.ts"));
    const reloaded = (await reloadProject(loaded, {}))!;
    expect(reloaded).toMatchObject({ changed: ["plugins/edited.ts", "plugins/new.ts"], removed: ["plugins/gone.ts"] });
    expect([...reloaded.renewedTriggers].sort()).toEqual(["edited.fires", "gone.fires", "new.fires"]);
    expect(await resultOf(reloaded.loaded, "edited.one")).toBe(2);
    expect(await resultOf(reloaded.loaded, "new.one")).toBe(3);
    expect(reloaded.loaded.nodes.has("gone.one")).toBe(false);
    expect(await reloaded.loaded.nodes.find("same.one")).toBe(await loaded.nodes.find("same.one"));
    expect(await resultOf(loaded, "edited.one")).toBe(1);
    expect(await reloadProject(reloaded.loaded, {})).toBeUndefined();
  });

  test.each([
    ["TypeScript", "a.ts"],
    ["an ES module", "a.mjs"],
    ["JavaScript", "a.js"],
  ])("imports anew what is %s", async (_, name) => {
    const { folder, loaded } = await load({ [`plugins/${name}`]: plugin("a", "1") });
    writeIn(folder, `plugins/${name}`, plugin("a", "2"));
    expect(await resultOf((await reloadProject(loaded, {}))!.loaded, "a.one")).toBe(2);
  });

  test("takes a file that plugins share for a change of them all, wherever in the project it is", async () => {
    const shared = 'import { value } from "../lib/value.ts";';
    const { folder, loaded } = await load({
      "lib/value.ts": "export const value: number = 1;\n",
      "plugins/a.ts": plugin("a", "value", shared),
    });
    writeIn(folder, "lib/value.ts", "export const value: number = 2;\n");
    const reloaded = (await reloadProject(loaded, {}))!;
    expect(await resultOf(reloaded.loaded, "a.one")).toBe(2);
    rmSync(join(folder, "lib/value.ts"));
    const broken = (await reloadProject(reloaded.loaded, {}))!;
    expect(broken.broken).toMatchObject([{ source: "plugins/a.ts", isKept: true }]);
    expect(await reloadProject(broken.loaded, {})).toBeUndefined();
    writeIn(folder, "lib/value.ts", "export const value: number = 3;\n");
    expect(await resultOf((await reloadProject(broken.loaded, {}))!.loaded, "a.one")).toBe(3);
  });

  test.each([
    ["does not parse", "export default {;"],
    ["throws", 'throw new Error("no such luck");'],
    ["is no plugin", "export const plugin = 1;"],
    ["brings a node that is none", 'export default { name: "a", nodes: [{ name: "a.one" }] };'],
  ])("keeps the old one of what %s, says so once, and takes it when it is mended", async (_, text) => {
    const { folder, loaded } = await load({ "plugins/a.ts": plugin("a", "1") });
    writeIn(folder, "plugins/a.ts", text);
    const broken = (await reloadProject(loaded, {}))!;
    expect(broken).toMatchObject({ changed: [], broken: [{ source: "plugins/a.ts", isKept: true }] });
    expect(broken.loaded.diagnostics.length).toBeGreaterThan(0);
    expect(await resultOf(broken.loaded, "a.one")).toBe(1);
    expect(await reloadProject(broken.loaded, {})).toBeUndefined();
    writeIn(folder, "plugins/a.ts", plugin("a", "2"));
    const mended = (await reloadProject(broken.loaded, {}))!;
    expect(mended).toMatchObject({ changed: ["plugins/a.ts"], broken: [] });
    expect([mended.loaded.diagnostics, await resultOf(mended.loaded, "a.one")]).toEqual([[], 2]);
  });

  test("tells that a package is another version now, and keeps the one in use", async () => {
    const manifest = (version: string) =>
      JSON.stringify({ name: "theirs", version, type: "module", main: "main.js", keywords: ["pawl-plugin"] });
    const { folder, loaded } = await load({
      "package.json": '{ "dependencies": { "theirs": "1" } }',
      "node_modules/theirs/package.json": manifest("1.0.0"),
      "node_modules/theirs/main.js": plugin("theirs", "1"),
    });
    writeIn(folder, "node_modules/theirs/package.json", manifest("1.1.0"));
    const reloaded = (await reloadProject(loaded, {}))!;
    expect(reloaded.broken).toMatchObject([{ source: "theirs", isKept: true }]);
    expect(reloaded.loaded.diagnostics).toMatchObject([{ code: "plugin-outdated" }]);
    expect(await resultOf(reloaded.loaded, "theirs.one")).toBe(1);
  });

  test("loads the last good text where a broken one stands, for who starts meanwhile", async () => {
    const { folder } = await load({ "plugins/a.ts": "throw new Error('broken');\n" });
    const kept = { "plugins/a.ts": { text: plugin("a", "1") } };
    const loaded = await loadProject(findProject(folder), { importCode: true, kept });
    expect(await resultOf(loaded, "a.one")).toBe(1);
    writeIn(folder, "plugins/a.ts", plugin("a", "2"));
    expect(await resultOf(await loadProject(findProject(folder), { importCode: true, kept }), "a.one")).toBe(2);
  });

  test("lets go of what it has imported before", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heavy = (round: number) =>
      plugin("a", `[${round}, ballast.length]`, "const ballast = new Array(500_000).fill(1.5);");
    const { folder, loaded } = await load({ "plugins/a.ts": heavy(0) });
    let current = loaded;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let round = 1; round <= 20; round++) {
      writeIn(folder, "plugins/a.ts", heavy(round));
      current = (await reloadProject(current, {}))!.loaded;
    }
    collect();
    // Each holds 4 MB: all twenty would be 80.
    expect((process.memoryUsage().heapUsed - before) / 1_048_576).toBeLessThan(24);
    expect(await resultOf(current, "a.one")).toEqual([20, 500_000]);
  });
});
