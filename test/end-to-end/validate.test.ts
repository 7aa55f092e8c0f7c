import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawl, pawlJson, temporaryProject } from "./pawl.ts";

const files = {
  "flows/good.yaml": "name: good\nsteps:\n  - { id: a, uses: data.set, with: { x: 1 } }\n",
  "flows/bad.yaml": "name: bad\nsteps:\n  - { id: a, uses: data.sett }\n",
  "networks/bad.yaml": "name: bad\npods:\n  - { id: a, type: gatway }\nconnections: []\n",
  "hooks/bad/HOOK.md": '+++\nname = "bad"\nevnt = "PreToolUse"\ncommand = "true"\n+++\n',
  "elsewhere/line.yaml": "name: line\npods:\n  - { id: a, type: gatway }\nconnections: []\n",
};

interface File {
  readonly file: string;
  readonly diagnostics: readonly { readonly code: string; readonly line: number; readonly column: number }[];
}

async function checked(cwd: string, ...named: string[]): Promise<readonly string[]> {
  const { files: found } = (await pawlJson(["validate", ...named], { cwd })) as { files: File[] };
  return found.flatMap(({ file, diagnostics }) => {
    if (diagnostics.length === 0) return [file];
    return diagnostics.map(({ code, line, column }) => `${file}:${line}:${column} ${code}`);
  });
}

describe("pawl validate", () => {
  test("finds the mistakes of flows, networks and hooks of a project at once", async () => {
    const cwd = temporaryProject(files);
    expect(await checked(cwd)).toEqual([
      "flows/bad.yaml:3:20 unknown-node",
      "flows/good.yaml",
      expect.stringMatching(/^networks\/bad.yaml:3:20 unknown-type/),
      "hooks/bad/HOOK.md:1:1 missing-key",
      "hooks/bad/HOOK.md:3:1 unknown-key",
    ]);
    const shown = await pawl(["validate"], { cwd });
    expect(shown).toMatchObject({ code: 3 });
    expect(shown.stdout).toContain("in 3 of 4 files");
  });

  test("takes files of each kind, wherever they are, and looks at no others", async () => {
    const cwd = temporaryProject(files);
    expect(await checked(cwd, "flows/good.yaml")).toEqual(["flows/good.yaml"]);
    expect(await checked(cwd, "elsewhere/line.yaml")).toEqual(["elsewhere/line.yaml:3:20 unknown-type"]);
    expect(await checked(join(cwd, "hooks"), "bad/HOOK.md")).toEqual([
      "hooks/bad/HOOK.md:1:1 missing-key",
      "hooks/bad/HOOK.md:3:1 unknown-key",
    ]);
    const wrong = await pawl(["validate", "networks/bda.yaml"], { cwd });
    expect(wrong).toMatchObject({ code: 4 });
    expect(wrong.stderr).toContain("Did you mean networks/bad.yaml?");
  });
});
