import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Project } from "./find-project.ts";

/** The last good text of plugins that are broken now, by source. */
export type KeptTexts = Readonly<Record<string, string>>;

/**
 * What `pawl serve` goes on with while a plugin is broken: its workers start with it, and other commands can say so. It is
 * there only as long as that is so.
 */
export function readKeptPlugins(project: Project): KeptTexts {
  try {
    const found: unknown = JSON.parse(readFileSync(keptFile(project), "utf8"));
    return typeof found === "object" && found !== null ? (found as KeptTexts) : {};
  } catch {
    return {};
  }
}

export function writeKeptPlugins(project: Project, kept: KeptTexts): void {
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
