import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { writeEditorTypes } from "../scaffold/editor-types.ts";
import { scaffold } from "../scaffold/files.ts";

export const command: Command = {
  arguments: [{ name: "[dir]", description: "The folder. Default: this one", complete: "file" }],
  details: "Write a first project into a folder. Files that exist are left as they are.",
  examples: ["pawl init my-automations"],
  async run({ arguments: [name = "."], cwd, terminal }) {
    const dir = resolve(cwd, name);
    if (existsSync(dir) && !statSync(dir).isDirectory()) throw usageError(`${name} is a file; init takes a folder.`);
    const width = Math.max(...scaffold.map((file) => file.path.length));
    for (const { path, about, text } of scaffold) {
      const file = join(dir, path);
      const isThere = existsSync(file);
      if (!isThere) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      const { colors } = terminal;
      terminal.out(`  ${path.padEnd(width)}  ${colors.dim(isThere ? "was there already; left as it is" : about)}`);
    }
    if (writeEditorTypes(dir) === "written") {
      terminal.out(`  ${"tsconfig.json".padEnd(width)}  ${terminal.colors.dim("lets editors find the types")}`);
    }
    const change = relative(cwd, dir);
    terminal.out(
      `Next: ${change === "" ? "" : `cd ${/^[\w./-]+$/.test(change) ? change : `'${change}'`} && `}pawl run hello`,
    );
  },
};
