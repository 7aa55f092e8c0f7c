import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "@pawl/hooks/diagnostics";
import { usageError } from "../command-error.ts";
import type { ScaffoldFile } from "./files.ts";

/** Folders of `examples/` that `init --example` writes; the build puts them beside this file. */
export const exampleNames: readonly string[] = ["orders"];

/** npm keeps `.gitignore` out of packages. */
const hidden = "gitignore";

/**
 * The files of an example, as they stand in it.
 * @throws CommandError for a name that is none
 */
export function exampleFiles(name: string): ScaffoldFile[] {
  if (!exampleNames.includes(name)) {
    const near = nearest(name, exampleNames);
    const which = near === undefined ? `There is ${exampleNames.join(", ")}.` : `Did you mean ${near}?`;
    throw usageError(`There is no example "${name}". ${which}`, `pawl init --example ${near ?? exampleNames[0]}`);
  }
  const folder = folderOf(name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/^(?:test|\.pawl|node_modules)\//.test(path))
    .sort()
    .map((path) => ({
      path: path === hidden ? ".gitignore" : path,
      about: aboutOf(path),
      text: readFileSync(join(folder, path), "utf8"),
    }));
}

/** In the package, or in the repository that it is built from. */
function folderOf(name: string): string {
  const packaged = [join(import.meta.dirname, "examples", name), join(import.meta.dirname, "..", "examples", name)];
  const repository = join(import.meta.dirname, "..", "..", "..", "..", "examples", name);
  return [...packaged, repository].find((folder) => existsSync(folder)) ?? repository;
}

function aboutOf(path: string): string {
  const [kind, ...rest] = path.split("/");
  if (kind === "flows") return "a flow";
  if (kind === "networks") return rest.length === 1 ? "a network" : "a pod of it";
  return kind === "hooks" ? "a hook" : "";
}
