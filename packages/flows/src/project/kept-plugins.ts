import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/**
 * What `pawl serve` goes on with while a plugin is broken: its workers start with it, and other commands can say so. It is
 * there only as long as that is so.
 */
export function readKeptPlugins(project: Project): KeptPlugins {
  try {
    const found: unknown = JSON.parse(readFileSync(keptFile(project), "utf8"));
    return typeof found === "object" && found !== null ? (found as KeptPlugins) : {};
  } catch {
    return {};
  }
}

export function writeKeptPlugins(project: Project, kept: KeptPlugins): void {
  const file = keptFile(project);
  if (Object.keys(kept).length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

function keptFile({ stateDir }: Project): string {
  return join(stateDir, "cache", "kept-plugins.json");
}
