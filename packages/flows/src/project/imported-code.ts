import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { LoadedPlugin } from "../plugins/check-plugin.ts";
import { hashOf, textOf } from "../plugins/file-text.ts";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import type { DescribedPlugin } from "../probe/described-plugin.ts";

/** One plugin as it was imported. */
export interface ImportedPlugin {
  /** Of what stands in the file, or the version of the package: another one is another plugin. */
  readonly hash: string;
  /** Nothing when it could not be imported, and never could. */
  readonly plugin: LoadedPlugin | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Of a file: what `plugin` was made of. It may stand there no more. */
  readonly text: string | undefined;
  /** Of an isolated one: what is known of it instead. */
  readonly described?: DescribedPlugin;
  /** What stands there now is broken: `plugin` is what it was before. */
  readonly isKept: boolean;
}

/** What a project's code was made of, so that a later look can tell what has changed. */
export interface ImportedCode {
  /** By source, in their order. */
  readonly plugins: ReadonlyMap<string, ImportedPlugin>;
  /** Files that plugins import from the project, by path, with their hashes. */
  readonly shared: ReadonlyMap<string, string>;
}

export const noCode: ImportedCode = { plugins: new Map(), shared: new Map() };

/** What stands at a place now. */
export interface Seen {
  readonly hash: string;
  readonly text: string | undefined;
}

export function seenAt({ kind, specifier, version = "" }: PluginPlace): Seen {
  if (kind === "package") return { hash: version, text: undefined };
  const text = textOf(specifier);
  return { hash: hashOf(text), text };
}

/** The files that were imported beside the plugins themselves. */
export function sharedFiles(files: readonly string[], places: readonly PluginPlace[]): ReadonlyMap<string, string> {
  const own = new Set(places.map(({ specifier }) => specifier));
  return new Map([...new Set(files)].filter((file) => !own.has(file)).map((file) => [file, hashOf(textOf(file))]));
}

/** Whether one of them is another one now, or gone. */
export function haveChanged(shared: ReadonlyMap<string, string>): boolean {
  return [...shared].some(([file, hash]) => hashOf(textOf(file)) !== hash);
}
