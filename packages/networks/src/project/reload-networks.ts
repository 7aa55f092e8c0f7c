import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
import { createPodLoader } from "../pod/load-module.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import { checkNetwork, loadNetwork, type NetworkFile } from "./load-network.ts";
import { sameName, startOne } from "./start-one.ts";
import type { StartNetworksOptions } from "./start-options.ts";

/** What a network is made of, by its file: another text, or another module beside it, is another stamp. */
export type Stamps = Map<string, string>;

export interface Changes {
  /** Files that have changed and can be taken over. */
  readonly files: readonly NetworkFile[];
  /** Names of networks that no file defines any more. */
  readonly gone: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Present {
  readonly runs: Map<string, RunningNetwork>;
  readonly options: StartNetworksOptions;
}

export function stampsOf(files: readonly NetworkFile[]): Stamps {
  return new Map(files.map((file) => [file.file, stampOf(file)]));
}

/** Compares the files with what runs. What cannot be taken over is told, and its network left as it is. */
export async function findChanges(
  paths: readonly string[],
  { runs, options, stamps }: Present & { readonly stamps: Stamps },
): Promise<Changes> {
  const loaded = paths.map(loadNetwork);
  const changed = loaded.filter((file) => stamps.get(file.file) !== stampOf(file));
  for (const file of changed) stamps.set(file.file, stampOf(file));
  const diagnostics: Diagnostic[] = [];
  const files: NetworkFile[] = [];
  for (const { file } of changed) {
    const strict = options.isStrict === undefined ? {} : { isStrict: options.isStrict };
    const checked = await checkNetwork(file, {
      importModules: true,
      load: createPodLoader(options.provide),
      ...strict,
    });
    const other = [...runs.values()].find(({ network }) => {
      return network.name === checked.network?.name && network.file !== file && paths.includes(network.file ?? "");
    });
    diagnostics.push(...checked.diagnostics, ...(other === undefined ? [] : [sameName(checked, other)]));
    if (!hasErrors(checked.diagnostics) && other === undefined) files.push(checked);
  }
  return { files, gone: goneNames(loaded, files, runs), diagnostics };
}

/** A file was removed, or names its network otherwise now. One that is broken still stands for the network it had. */
function goneNames(
  loaded: readonly NetworkFile[],
  taken: readonly NetworkFile[],
  runs: ReadonlyMap<string, RunningNetwork>,
): string[] {
  return [...runs.values()].flatMap(({ network: { name, file } }) => {
    const renamed = taken.find((each) => each.file === file && each.network?.name !== name);
    const isThere = loaded.some((each) => each.file === file);
    return isThere && renamed === undefined ? [] : [name];
  });
}

export interface Replaced {
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Drains what is replaced and starts what takes its place; where that cannot start, the one before is started again. */
export async function replaceNetworks({ files, gone }: Changes, { runs, options }: Present): Promise<Replaced> {
  const diagnostics: Diagnostic[] = [];
  for (const name of gone) {
    await runs.get(name)?.stop();
    runs.delete(name);
  }
  const started: string[] = [];
  for (const file of files) {
    const { name } = file.network!;
    const before = runs.get(name);
    await before?.stop();
    await startOne(file, { options, runs, diagnostics });
    if (runs.get(name) === before && before !== undefined) {
      runs.delete(name);
      await startOne({ ...file, network: before.network }, { options, runs, diagnostics });
    }
    if (runs.has(name)) started.push(name);
  }
  return { started, stopped: gone, diagnostics };
}

function stampOf({ file, text, network }: NetworkFile): string {
  const hash = createHash("sha256").update(text);
  const name = network?.name ?? basename(file).replace(/\.ya?ml$/, "");
  const folder = join(dirname(file), name);
  for (const path of filesIn(folder)) {
    const found = statSync(path, { throwIfNoEntry: false });
    hash.update(`${path}/${found?.mtimeMs}/${found?.size}\n`);
  }
  return hash.digest("hex");
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}
