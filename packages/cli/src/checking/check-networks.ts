import type { Project } from "@pawl/flows";
import { provided } from "../open-project.ts";
import { type CheckedFile, pathIn } from "./checked-file.ts";

export interface NetworkChecks {
  /** What paths are shown from. */
  readonly from: string;
  /** Imports the modules of pods, to see what they export. */
  readonly importModules: boolean;
  /** A pod without a hook, or two networks in one file, is an error. Default: false */
  readonly isStrict?: boolean;
}

/** Network files, in the order they are given. */
export async function checkNetworks(files: readonly string[], checks: NetworkChecks): Promise<CheckedFile[]> {
  if (files.length === 0) return [];
  const { checkNetwork, createPodLoader } = await import("@pawl/networks");
  const { from, importModules, isStrict = false } = checks;
  const load = createPodLoader(provided);
  const checked = await Promise.all(files.map((file) => checkNetwork(file, { importModules, isStrict, load })));
  return checked.map(({ file, text, diagnostics }) => ({ file: pathIn(from, file), text, diagnostics }));
}

/** Every network file of a project. */
export async function networkFilesOf({ dir, isProject }: Project): Promise<readonly string[]> {
  if (!isProject) return [];
  const { findNetworkFiles } = await import("@pawl/networks");
  return findNetworkFiles(dir);
}
