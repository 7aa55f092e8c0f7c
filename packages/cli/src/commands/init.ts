import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Call, Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { schemaKinds, schemaOf } from "../editor-schemas.ts";
import { hookLoadOptions } from "../hooks/load-options.ts";
import { writeEditorTypes } from "../scaffold/editor-types.ts";
import { exampleFiles, exampleNames } from "../scaffold/examples.ts";
import { scaffold } from "../scaffold/files.ts";

export const command: Command = {
  arguments: [{ name: "[dir]", description: "The folder. Default: this one", complete: "file" }],
  options: [{ flags: "--example <name>", description: `A larger project to begin with: ${exampleNames.join(", ")}` }],
  details:
    "Write a first project into a folder. Files that exist are left as they are. A folder that was empty holds only what " +
    "init wrote: its code and hooks are trusted.",
  examples: ["pawl init my-automations", "pawl init my-shop --example orders"],
  async run(call) {
    const {
      arguments: [name = "."],
      options,
      cwd,
      terminal,
    } = call;
    const dir = resolve(cwd, name);
    if (existsSync(dir) && !statSync(dir).isDirectory()) throw usageError(`${name} is a file; init takes a folder.`);
    const wasEmpty = !existsSync(dir) || readdirSync(dir).length === 0;
    const files = options.example === undefined ? scaffold : exampleFiles(String(options.example));
    const width = Math.max(...files.map((file) => file.path.length));
    for (const { path, about, text } of files) {
      const file = join(dir, path);
      const isThere = existsSync(file);
      if (!isThere) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      const { colors } = terminal;
      terminal.out(`  ${path.padEnd(width)}  ${colors.dim(isThere ? "was there already; left as it is" : about)}`);
    }
    await writeSchemas(dir);
    if (writeEditorTypes(dir) === "written") {
      terminal.out(`  ${"tsconfig.json".padEnd(width)}  ${terminal.colors.dim("lets editors find the types")}`);
    }
    if (wasEmpty) {
      await trustOwn(call, dir);
      terminal.out("Its code and hooks are yours, and trusted as they are now.");
    }
    const change = relative(cwd, dir);
    const steps = change === "" ? [] : [`cd ${/^[\w./-]+$/.test(change) ? change : `'${change}'`}`];
    if (options.example === undefined) steps.push("pawl run hello");
    else if (!wasEmpty) steps.push("pawl hooks trust");
    const read = options.example === undefined ? "" : `${steps.length === 0 ? "" : ", then "}read README.md`;
    terminal.out(`Next: ${steps.join(" && ")}${read}`);
  },
};

/** Nobody but this user has put anything into the folder. */
async function trustOwn({ env }: Call, dir: string): Promise<void> {
  const [{ findProject, trustProject }, { loadHooks, trustHooks }] = await Promise.all([
    import("@pawl/flows"),
    import("@pawl/hooks"),
  ]);
  trustProject(dir, env);
  const loaded = loadHooks(hookLoadOptions(findProject(dir, env), {}, env));
  trustHooks(loaded);
  await loaded.retire();
}

/** Where the first line of flow and test files leads editors. Plugins are not known yet: `pawl schema --write` writes anew. */
async function writeSchemas(dir: string): Promise<void> {
  const { createNodeRegistry, createTriggerRegistry } = await import("@pawl/flows");
  const folder = join(dir, ".pawl", "schemas");
  mkdirSync(folder, { recursive: true });
  const known = { nodes: createNodeRegistry(), triggers: createTriggerRegistry([]) };
  for (const kind of schemaKinds) {
    writeFileSync(join(folder, `${kind}.json`), `${JSON.stringify(await schemaOf(kind, known), undefined, 2)}\n`);
  }
}
