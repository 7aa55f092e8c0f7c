import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve, sep } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Findings } from "./codes.ts";
import type { BrokenManifest, HookManifest } from "./manifest.ts";
import { parseHookManifest } from "./parse-manifest.ts";

export type LayerName = "user" | "project" | "given";

/** A folder with one folder per hook. */
export interface HookLayer {
  readonly name: LayerName;
  readonly folder: string;
  /** Whether it comes with the project, and so is run only when somebody trusts it. */
  readonly isFromProject: boolean;
}

/** One `HOOK.md`. */
export interface FoundHook {
  readonly name: string;
  readonly layer: HookLayer;
  readonly file: string;
  readonly folder: string;
  readonly manifest?: HookManifest;
  readonly broken?: BrokenManifest;
  readonly diagnostics: readonly Diagnostic[];
}

const fileName = "HOOK.md";
const maxFileBytes = 262_144;

type Environment = Readonly<Record<string, string | undefined>>;

/** The layers of a project, the farthest first: the user's, the project's, and those named by hand. */
export function hookLayers(options: {
  readonly projectDir: string;
  readonly hooksDirs?: readonly string[] | undefined;
  readonly env?: Environment | undefined;
}): HookLayer[] {
  const env = options.env ?? process.env;
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  const projectDir = resolve(options.projectDir);
  return [
    { name: "user", folder: join(config, "pawl", "hooks"), isFromProject: false },
    { name: "project", folder: join(projectDir, "hooks"), isFromProject: true },
    ...(options.hooksDirs ?? []).map((folder): HookLayer => {
      const full = resolve(folder);
      return { name: "given", folder: full, isFromProject: isInside(full, projectDir) };
    }),
  ];
}

/** Whether a path lies in a folder; what does comes with it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Finds the hook files below some folders. A file that cannot be read is found too, and never hides the others. */
export class HookDiscovery {
  readonly #layers: readonly HookLayer[];

  constructor(layers: readonly HookLayer[]) {
    this.#layers = layers;
  }

  /** Layer by layer, alphabetical within each. A folder that does not exist has no hooks. */
  discover(): FoundHook[] {
    const seen = new Set<string>();
    return this.#layers.flatMap((layer) => {
      if (seen.has(layer.folder)) return [];
      seen.add(layer.folder);
      const found = folderNames(layer.folder).flatMap((name) => {
        const folder = join(layer.folder, name);
        const file = join(folder, fileName);
        return isThere(file) ? [readHook(layer, folder, file)] : [];
      });
      return found.map((hook, index) => withDuplicate(hook, found.slice(index + 1)));
    });
  }
}

/** Within a layer, the last of a name takes the place of the others, which nobody means. */
function withDuplicate(hook: FoundHook, later: readonly FoundHook[]): FoundHook {
  const other = later.find((one) => one.name === hook.name);
  if (!other) return hook;
  const findings = new Findings(hook.file);
  findings.warning("duplicate-name", `${other.file} has the name "${hook.name}" too, and takes the place of this one.`);
  return { ...hook, diagnostics: [...hook.diagnostics, ...findings.all] };
}

function folderNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch {
    return [];
  }
}

function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function readHook(layer: HookLayer, folder: string, file: string): FoundHook {
  const read = readText(file);
  if (typeof read !== "string") {
    const broken: BrokenManifest = { name: undefined, events: [], onFailure: "continue", reason: read.reason };
    return { name: basename(folder), layer, file, folder, broken, diagnostics: read.diagnostics };
  }
  const { manifest, broken, diagnostics } = parseHookManifest(read, file);
  return {
    name: manifest?.name ?? broken?.name ?? basename(folder),
    layer,
    file,
    folder,
    ...(manifest ? { manifest } : {}),
    ...(broken ? { broken } : {}),
    diagnostics,
  };
}

function readText(file: string): string | { readonly reason: string; readonly diagnostics: readonly Diagnostic[] } {
  const findings = new Findings(file);
  try {
    const { size } = statSync(file);
    if (size <= maxFileBytes) return readFileSync(file, "utf8");
    findings.error("file-too-large", `A hook file has at most ${maxFileBytes / 1024} KiB; this one has ${size} bytes.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.error("file-unreadable", `The file cannot be read: ${reason}.`);
  }
  return { reason: findings.all[0]!.message, diagnostics: findings.all };
}
