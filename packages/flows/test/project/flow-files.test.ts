import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseFlowFiles, readFlowFiles } from "../../src/project/flow-files.ts";
import { folderWith } from "./project-folder.ts";

const flow = (name: string) => `name: ${name}\nsteps:\n  - { id: say, uses: log.message, with: { message: hi } }\n`;

describe("the flow files of a project", () => {
  test("are .yaml and .yml in flows/ and below, in order of path", () => {
    const folder = folderWith({
      "flows/b.yml": flow("b"),
      "flows/a/a.yaml": flow("'a'  # first"),
      "flows/notes.md": "",
      "flows/.hidden.yaml": flow("hidden"),
      "elsewhere/c.yaml": flow("c"),
    });
    expect(readFlowFiles(folder).map(({ file, name }) => [file, name])).toEqual([
      ["flows/a/a.yaml", "a"],
      ["flows/b.yml", "b"],
    ]);
    expect(readFlowFiles(folderWith({}))).toEqual([]);
  });

  test("do not disable each other: a broken one has diagnostics, the others are flows", async () => {
    const folder = folderWith({ "flows/good.yaml": flow("good"), "flows/bad.yaml": "name: bad\nsteps: 3\n" });
    const { flows, files } = await parseFlowFiles(readFlowFiles(folder), {});
    expect([...flows.keys()]).toEqual(["good"]);
    expect(files.map((file) => [file.file, file.diagnostics.length > 0])).toEqual([
      ["flows/bad.yaml", true],
      ["flows/good.yaml", false],
    ]);
  });

  test("that name a flow twice are both told, each with the other one, and neither is a flow", async () => {
    const folder = folderWith({
      "flows/a.yaml": flow("same"),
      "flows/b.yaml": `# two\n${flow("same")}`,
      "flows/c.yaml": flow("c"),
    });
    const { flows, files } = await parseFlowFiles(readFlowFiles(folder), {});
    expect([...flows.keys()]).toEqual(["c"]);
    const found = files.flatMap((file) => file.diagnostics);
    expect(found).toMatchObject([
      { code: "duplicate-flow", file: "flows/a.yaml", line: 1 },
      { code: "duplicate-flow", file: "flows/b.yaml", line: 2 },
    ]);
    expect(found[0]!.message).toContain("flows/b.yaml");
  });

  test("that lead nowhere say so", async () => {
    const folder = folderWith({ "flows/good.yaml": flow("good") });
    symlinkSync(join(folder, "gone.yaml"), join(folder, "flows", "link.yaml"));
    const { files, flows } = await parseFlowFiles(readFlowFiles(folder), {});
    expect(files.find((file) => file.file === "flows/link.yaml")!.diagnostics).toMatchObject([
      { code: "unreadable-file" },
    ]);
    expect(flows.size).toBe(1);
  });
});
