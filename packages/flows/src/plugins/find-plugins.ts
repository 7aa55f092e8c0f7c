import { readdirSync } from "node:fs";
import { join } from "node:path";
import { dependenciesOf, findPackage, pluginKeyword, readManifest } from "./manifest.ts";

/** Where a plugin is, before it is imported. */
export interface PluginPlace {
  readonly kind: "file" | "package";
  /** As it is shown: `plugins/prices.ts`, or the name of the package. */
  readonly source: string;
  /** What the loader is given. */
  readonly specifier: string;
  /** The file that a diagnostic names. */
  readonly file: string;
  /** Of a package. */
  readonly version: string | undefined;
}

const localPlugin = /^(?!.*\.(?:d|test|spec)\.)[^._].*\.(?:ts|mts|js|mjs)$/;
/** Names that packages of plugins usually have. */
const usualName = /^(?:@[^/]+\/)?pawl-plugin-|^@pawl\/plugin-/;

/** Files directly in `plugins/`, then the dependencies that say they are plugins; each in order of name. */
export function findPlugins(projectDir: string): PluginPlace[] {
  return [...localPlugins(projectDir), ...packagePlugins(projectDir)];
}

function localPlugins(projectDir: string): PluginPlace[] {
  const names = list(join(projectDir, "plugins")).filter((name) => localPlugin.test(name));
  return names.sort().map((name) => {
    const file = join(projectDir, "plugins", name);
    return { kind: "file", source: `plugins/${name}`, specifier: file, file, version: undefined };
  });
}

function packagePlugins(projectDir: string): PluginPlace[] {
  return Object.keys(dependenciesOf(projectDir))
    .sort()
    .flatMap((name) => packagePlugin(projectDir, name) ?? []);
}

/** The plugin that an installed dependency is, or nothing. */
export function packagePlugin(projectDir: string, name: string): PluginPlace | undefined {
  const file = findPackage(projectDir, name);
  const manifest = file === undefined ? undefined : readManifest(file);
  if (file === undefined || manifest === undefined || !isPluginManifest(manifest)) return undefined;
  return { kind: "package", source: name, specifier: name, file, version: manifest.version };
}

function isPluginManifest({ keywords }: { readonly keywords?: unknown }): boolean {
  return Array.isArray(keywords) && keywords.includes(pluginKeyword);
}

/** Dependencies that are named like plugins and are not there. */
export function missingPlugins(projectDir: string): string[] {
  return Object.keys(dependenciesOf(projectDir)).filter(
    (name) => usualName.test(name) && findPackage(projectDir, name) === undefined,
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
