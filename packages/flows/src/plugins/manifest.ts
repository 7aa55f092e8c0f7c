import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a package says of itself that it is a plugin by. */
export const pluginKeyword = "pawl-plugin";

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly keywords?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Nothing when it is not there, or no map. */
export function readManifest(file: string): Manifest | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof found === "object" && found !== null ? (found as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** What the `package.json` of a folder depends on, by name. */
export function dependenciesOf(folder: string): Readonly<Record<string, string>> {
  const manifest = readManifest(join(folder, "package.json"));
  return { ...manifest?.devDependencies, ...manifest?.optionalDependencies, ...manifest?.dependencies };
}

/** The manifest file of an installed package, looked for the way Node does. */
export function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (readManifest(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}
