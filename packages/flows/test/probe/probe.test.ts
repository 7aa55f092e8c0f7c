import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findPlugins } from "../../src/plugins/find-plugins.ts";
import { contentOf, importedBy } from "../../src/probe/content.ts";
import { probePlugins } from "../../src/probe/probe.ts";
import { findProject } from "../../src/project/find-project.ts";
import { folderWith, writeIn } from "../project/project-folder.ts";

const marking = (more = "") =>
  `import { appendFileSync } from "node:fs";\nimport "../lib/shared.ts";\nappendFileSync(import.meta.dirname + "/marks", "x");\n${more}\nexport default { name: "a" };\n`;

describe("looking at plugins", () => {
  test("starts no process as long as they, what they import, and the limits are the same", async () => {
    const folder = folderWith({
      ".pawl/keep": "",
      "plugins/a.ts": marking(),
      "lib/shared.ts": "export {};\n",
    });
    const project = findProject(folder);
    const look = async (options = {}) => {
      const { verdicts, files } = await probePlugins(project, findPlugins(folder), options);
      expect(verdicts.get("plugins/a.ts")).toMatchObject({ plugin: { name: "a" }, diagnostics: [], isHarmful: false });
      expect(files).toEqual([join(folder, "lib/shared.ts")]);
      return readFileSync(join(folder, "plugins/marks"), "utf8").length;
    };
    expect([await look(), await look()]).toEqual([1, 1]);
    writeIn(folder, "lib/shared.ts", "export const changed = 1;\n");
    expect([await look(), await look()]).toEqual([2, 2]);
    writeIn(folder, "plugins/a.ts", marking("// edited"));
    expect([await look({ importMs: 9_000 }), await look({ importMs: 9_000 })]).toEqual([3, 3]);
  });

  test("ends with the command that asked for it", async () => {
    const folder = folderWith({ ".pawl/keep": "", "plugins/a.ts": "while (true) {}\n" });
    const signal = AbortSignal.timeout(300);
    await expect(probePlugins(findProject(folder), findPlugins(folder), { signal })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });
});

describe("what stands at a place", () => {
  test("is the text of a file, and each file of a package but what it depends on", () => {
    const folder = folderWith({
      "plugins/a.ts": "1",
      "package.json": '{ "dependencies": { "theirs": "1" } }',
      "node_modules/theirs/package.json": '{ "name": "theirs", "version": "1.0.0", "keywords": ["pawl-plugin"] }',
      "node_modules/theirs/lib/deep.js": "1",
      "node_modules/theirs/node_modules/other/index.js": "1",
    });
    const contents = () => findPlugins(folder).map(contentOf);
    const first = contents();
    expect(contents()).toEqual(first);
    writeIn(folder, "node_modules/theirs/node_modules/other/index.js", "22");
    expect(contents()).toEqual(first);
    writeIn(folder, "node_modules/theirs/lib/deep.js", "22");
    writeIn(folder, "plugins/a.ts", "2");
    const second = contents();
    expect(second.filter((content) => first.includes(content))).toEqual([]);
  });

  test("has the files that a plugin imports, and that these import, read from texts that may not even parse", () => {
    const folder = folderWith({
      "plugins/a.ts": 'import { b } from "../lib/b.js";\nconst c = await import("./c.ts");\nwhile (',
      "lib/b.ts": 'export { a } from "../plugins/a.ts";\nexport * from "./deep";\nimport "zod";\n',
      "lib/deep/index.ts": "",
      "plugins/c.ts": "",
    });
    const found = importedBy([join(folder, "plugins/a.ts")]).map((file) => file.slice(folder.length + 1));
    expect(found.sort()).toEqual(["lib/b.ts", "lib/deep/index.ts", "plugins/a.ts", "plugins/c.ts"]);
  });
});
