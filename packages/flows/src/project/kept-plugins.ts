import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "@pawl/hooks/process";
import type { DescribedPlugin } from "../probe/described-plugin.ts";
import type { Project } from "./find-project.ts";

/** What a plugin was before it was broken. */
export interface KeptPlugin {
  readonly text: string;
  /** Of an isolated one, which is not imported where runs are. */
  readonly described?: DescribedPlugin;
}

/** Plugins that are broken now as they were before, by source. */
export type KeptPlugins = Readonly<Record<string, KeptPlugin>>;

/** What one server keeps. Each has a file of its own, so that none takes away what another one's workers need. */
interface Keeping {
  readonly server: ProcessIdentity;
  readonly plugins: KeptPlugins;
}

/**
 * What `pawl serve` goes on with while a plugin is broken: its workers start with it, and other commands can say so. It is
 * there only as long as that is so, and as the server is. Of several servers' the newest counts.
 */
export function readKeptPlugins(project: Project): KeptPlugins {
  const alive = filesOf(project).flatMap((file) => readKeeping(file) ?? []);
  return Object.assign({}, ...alive.map(({ plugins }) => plugins));
}

/** Also takes away what servers that are gone have left. */
export function writeKeptPlugins(project: Project, kept: KeptPlugins, pid: number = process.pid): void {
  const own = join(folderOf(project), `${pid}.json`);
  const gone = filesOf(project).filter((file) => file !== own && readKeeping(file) === undefined);
  for (const file of gone) rmSync(file, { force: true });
  const server = identify(pid);
  if (Object.keys(kept).length === 0 || server === undefined) {
    rmSync(own, { force: true });
    return;
  }
  mkdirSync(folderOf(project), { recursive: true });
  const keeping: Keeping = { server, plugins: kept };
  writeFileSync(`${own}.new`, JSON.stringify(keeping), { mode: 0o600 });
  renameSync(`${own}.new`, own);
}

/** Nothing when its server is gone, or it cannot be read. */
function readKeeping(file: string): Keeping | undefined {
  try {
    const keeping = JSON.parse(readFileSync(file, "utf8")) as Keeping;
    return isAlive(keeping.server) ? keeping : undefined;
  } catch {
    return undefined;
  }
}

/** The newest last. */
function filesOf(project: Project): string[] {
  const folder = folderOf(project);
  const files = namesIn(folder).filter((name) => name.endsWith(".json"));
  return files.map((name) => join(folder, name)).sort((a, b) => writtenAt(a) - writtenAt(b));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function writtenAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function folderOf({ stateDir }: Project): string {
  return join(stateDir, "cache", "kept-plugins");
}
