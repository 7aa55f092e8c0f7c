import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Call, Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { projectOf } from "../../open-project.ts";
import { writeEditorTypes } from "../../scaffold/editor-types.ts";
import type { ScaffoldFile } from "../../scaffold/files.ts";
import { localPlugin, packageNames, packagePluginFiles } from "../../scaffold/plugins.ts";
import { readVersion } from "../../version.ts";

const plainName = /^[a-z_][a-z0-9_-]{0,63}$/;
const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9_][a-z0-9_-]{0,63}$/;

export const command: Command = {
  arguments: [{ name: "<name>", description: "Lower-case letters, digits, - and _; a package may have a scope" }],
  options: [{ flags: "--package", description: "A package of its own, to be shared, in a new folder here" }],
  details:
    "Write plugins/NAME.ts with a node and a trigger that work at once; with --package a folder with package.json, tests " +
    "and README beside them. Files that exist are left as they are.",
  examples: [
    "pawl plugin new weather",
    "pawl plugin new weather --package",
    "pawl plugin new @me/pawl-plugin-weather --package",
  ],
  async run(call) {
    const name = call.arguments[0]!;
    if (call.options.package === true) return newPackage(call, name);
    return newFile(call, name);
  },
};

async function newFile(call: Call, name: string): Promise<void> {
  if (!plainName.test(name)) {
    throw usageError(`"${name}" is no name for a plugin: lower-case letters, digits, - and _, a letter first.`);
  }
  const project = await projectOf(call);
  if (!project.isProject) throw usageError(`There is no project around ${project.dir}.`, "pawl init my-automations");
  write(call, project.dir, [localPlugin(name)]);
  const types = writeEditorTypes(project.dir);
  if (types === "written") show(call, "tsconfig.json", "lets editors find the types");
  if (types === "own") call.terminal.note('For types in editors: "extends": "./.pawl/tsconfig.json" in tsconfig.json');
  call.terminal.out(`Next: pawl trust && pawl nodes ${name}, then in a flow: uses: ${name}.greet`);
}

function newPackage(call: Call, name: string): void {
  if (!packageName.test(name)) {
    throw usageError(`"${name}" is no name for a package: lower-case letters, digits, - and _, or @scope/name.`);
  }
  const names = packageNames(name);
  if (!plainName.test(names.namespace)) {
    throw usageError(`"${names.namespace}" cannot stand before a dot in the name of a node; a letter comes first.`);
  }
  const folder = join(call.cwd, names.folder);
  if (existsSync(folder)) throw usageError(`${names.folder} is there already.`);
  write(call, folder, packagePluginFiles(names, readVersion()));
  call.terminal.out(`Next: cd ${names.folder} && npm install && npm test; in a project: pawl plugin add PATH`);
}

function write(call: Call, folder: string, files: readonly ScaffoldFile[]): void {
  for (const { path, about, text } of files) {
    const file = join(folder, path);
    const isThere = existsSync(file);
    if (!isThere) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    show(call, relative(call.cwd, file), isThere ? "was there already; left as it is" : about);
  }
}

function show({ terminal }: Call, path: string, about: string): void {
  terminal.out(`  ${path}  ${terminal.colors.dim(about)}`);
}
