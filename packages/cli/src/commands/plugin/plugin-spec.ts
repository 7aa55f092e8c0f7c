import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { usageError } from "../../command-error.ts";

/** What was asked for, as a package manager takes it. */
export interface PluginSpec {
  /** `name@range`, `file:../folder`, `file:plugin.tgz`, an address. */
  readonly text: string;
  /** The folder of a package, when it is one. */
  readonly folder: string | undefined;
}

const isPath = /^(?:\.{0,2}\/|\.{1,2}$|~\/|file:)|\.(?:tgz|tar\.gz)$/;
const isAddress = /^[a-z+]+:\/\//;

/**
 * Paths begin with `.`, `/` or `~`, or end like a tarball; anything else is a name.
 * @throws CommandError when a path leads nowhere, or the text could be taken for an option
 */
export function readSpec(text: string, { cwd, projectDir }: { cwd: string; projectDir: string }): PluginSpec {
  if (text.startsWith("-")) throw usageError(`"${text}" is no plugin: a name, a folder or a tarball is one.`);
  if (isAddress.test(text) || !isPath.test(text)) return { text, folder: undefined };
  const path = resolve(cwd, text.replace(/^file:/, "").replace(/^~\//, `${homedir()}/`));
  if (!existsSync(path)) throw usageError(`There is nothing at ${text}.`);
  const isFolder = statSync(path).isDirectory();
  if (isFolder && !existsSync(join(path, "package.json"))) {
    throw usageError(
      `${text} has no package.json, so it is no package. A single file belongs into plugins/.`,
      "pawl plugin new NAME",
    );
  }
  const from = relative(projectDir, path).split(sep).join("/");
  return { text: `file:${from.startsWith(".") ? from : `./${from}`}`, folder: isFolder ? path : undefined };
}

/** The name in `name`, `name@range` and `@scope/name@range`; nothing in a path or an address. */
export function nameIn({ text }: PluginSpec): string | undefined {
  return /^((?:@[^@/]+\/)?[^@/:]+)(?:@.*)?$/.exec(text)?.[1];
}
