import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

const maxFiles = 2_000;
const maxBytes = 67_108_864;

/** The content of everything that a hook is made of. */
export interface Fingerprint {
  /** Digests by path relative to the project, and `definition` for what a settings file says. */
  readonly files: Readonly<Record<string, string>>;
  /** Why there is none. */
  readonly problem?: string;
  /** Whether nothing has been touched since it was taken; a look at times and sizes only. */
  readonly isUntouched: () => boolean;
}

export interface FingerprintSources {
  readonly projectDir: string;
  /** Taken with everything below them. */
  readonly folders?: readonly string[];
  readonly files?: readonly string[];
  readonly definition?: unknown;
}

/** Reads everything a hook is made of. */
export function takeFingerprint(sources: FingerprintSources): Fingerprint {
  const taking = new Taking(sources.projectDir);
  try {
    for (const folder of sources.folders ?? []) taking.folder(folder);
    for (const file of sources.files ?? []) taking.file(file);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { files: {}, problem, isUntouched: () => false };
  }
  if (sources.definition !== undefined) taking.digests.definition = digest(JSON.stringify(sources.definition));
  return { files: taking.digests, isUntouched: () => taking.isUntouched() };
}

export function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Path from the project, with slashes; paths outside stay absolute. */
export function pathIn(projectDir: string, path: string): string {
  const from = relative(projectDir, path);
  return from.startsWith("..") || from === "" ? path : from.split(sep).join("/");
}

class Taking {
  readonly digests: Record<string, string> = {};
  readonly #projectDir: string;
  readonly #stamps = new Map<string, string>();
  readonly #visited = new Set<string>();
  #bytes = 0;

  constructor(projectDir: string) {
    this.#projectDir = projectDir;
  }

  folder(path: string): void {
    const real = realpathSync(path);
    if (this.#visited.has(real)) return;
    this.#visited.add(real);
    this.#stamps.set(path, stamp(path));
    for (const entry of readdirSync(path).sort()) {
      const below = join(path, entry);
      // `statSync` follows links, so what a link leads to counts as well.
      const kind = statSync(below, { throwIfNoEntry: false });
      if (kind?.isDirectory()) this.folder(below);
      else if (kind?.isFile()) this.file(below);
    }
  }

  file(path: string): void {
    if (this.#stamps.has(path)) return;
    if (this.#stamps.size >= maxFiles) throw new Error(`it is made of more than ${maxFiles} files`);
    const before = stamp(path);
    const content = readFileSync(path);
    this.#bytes += content.length;
    if (this.#bytes > maxBytes) throw new Error(`it is made of more than ${maxBytes / 1_048_576} MiB`);
    this.digests[pathIn(this.#projectDir, path)] = digest(content);
    this.#stamps.set(path, before);
  }

  isUntouched(): boolean {
    for (const [path, before] of this.#stamps) if (stamp(path) !== before) return false;
    return true;
  }
}

/** The change time cannot be set back by a program, unlike the time of the last write. */
function stamp(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.ino}:${found.size}:${found.ctimeMs}` : "gone";
}
