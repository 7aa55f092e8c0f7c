import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a plugin is, before it is imported. */
export interface PluginPlace {
  /** As it is shown: `plugins/prices.ts`, or the name of the package. */
  readonly source: string;
  /** What the loader is given. */
  readonly specifier: string;
  /** The file that a diagnostic names. */
  readonly file: string;
}

const localPlugin = /^(?!.*\.(?:d|test|spec)\.)[^._].*\.(?:ts|mts|js|mjs)$/;

/** Files directly in `plugins/`, then the dependencies that say they are plugins; each in order of name. */
export function findPlugins(projectDir: string): PluginPlace[] {
  return [...localPlugins(projectDir), ...packagePlugins(projectDir)];
}

function localPlugins(projectDir: string): PluginPlace[] {
  const names = list(join(projectDir, "plugins")).filter((name) => localPlugin.test(name));
  return names.sort().map((name) => {
    const file = join(projectDir, "plugins", name);
    return { source: `plugins/${name}`, specifier: file, file };
  });
}

function packagePlugins(projectDir: string): PluginPlace[] {
  const manifest = readManifest(join(projectDir, "package.json"));
  const names = Object.keys({
    ...manifest?.devDependencies,
    ...manifest?.optionalDependencies,
    ...manifest?.dependencies,
  });
  return names.sort().flatMap((name) => {
    const file = findPackage(projectDir, name);
    const keywords = file === undefined ? [] : readManifest(file)?.keywords;
    return file !== undefined && keywords?.includes("pawl-plugin") ? [{ source: name, specifier: name, file }] : [];
  });
}

interface Manifest {
  readonly keywords?: readonly string[];
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** The manifest of an installed package, looked for the way Node does. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (readManifest(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}

function readManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
