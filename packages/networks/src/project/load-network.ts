import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { createPodLoader, type ModuleLoader } from "../pod/load-module.ts";
import { loadBodies } from "../runtime/load-bodies.ts";
import type { ParsedNetwork } from "../topology/network.ts";
import { parseNetwork } from "../topology/parse.ts";

/** A network file as it is on disk. */
export interface NetworkFile extends ParsedNetwork {
  readonly file: string;
  readonly text: string;
}

/** The network files of a project: `networks/*.yaml`, in order of their names. */
export function findNetworkFiles(projectDir: string): string[] {
  const folder = join(projectDir, "networks");
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Reads and checks one file. Throws what reading it throws. */
export function loadNetwork(file: string): NetworkFile {
  const text = readFileSync(file, "utf8");
  return { ...parseNetwork(text, { file }), file, text };
}

export interface CheckOptions {
  /** Whether the modules of pods may be imported. */
  readonly importModules: boolean;
  readonly isStrict?: boolean;
  readonly load?: ModuleLoader;
}

/** As `loadNetwork`, with the checks that need the modules of the pods. */
export async function checkNetwork(file: string, options: CheckOptions): Promise<NetworkFile> {
  const loaded = loadNetwork(file);
  if (!options.importModules || loaded.network === undefined) return loaded;
  const { diagnostics } = await loadBodies(loaded.network, {
    load: options.load ?? createPodLoader(),
    special: () => () => ({ call: () => undefined }),
    ...(options.isStrict === undefined ? {} : { isStrict: options.isStrict }),
  });
  return { ...loaded, diagnostics: [...loaded.diagnostics, ...diagnostics.map((found) => placed(found, file))] };
}

function placed(diagnostic: Diagnostic, file: string): Diagnostic {
  return diagnostic.file === undefined ? { ...diagnostic, file } : diagnostic;
}
