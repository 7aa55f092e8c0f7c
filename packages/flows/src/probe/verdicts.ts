import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Look } from "./protocol.ts";

/** What was found of a plugin, and of which content. */
export interface Verdict extends Look {
  readonly content: string;
}

/** What is remembered of the last look at plugins. */
export interface Verdicts {
  /** Pawl, Node and the limits that it was made with: others may find something else. */
  readonly by: string;
  /** Files of the project that plugins import, with their hashes. */
  readonly shared: Readonly<Record<string, string>>;
  readonly plugins: Readonly<Record<string, Verdict>>;
}

/** None when there are none of that origin, or the file cannot be read. */
export function readVerdicts(stateDir: string, by: string): Verdicts {
  const none: Verdicts = { by, shared: {}, plugins: {} };
  try {
    const found = JSON.parse(readFileSync(fileIn(stateDir), "utf8")) as Verdicts;
    return found.by === by ? { ...none, ...found } : none;
  } catch {
    return none;
  }
}

/** Where it cannot be written, plugins are looked at anew each time. */
export function writeVerdicts(stateDir: string, verdicts: Verdicts): void {
  const file = fileIn(stateDir);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(verdicts), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

function fileIn(stateDir: string): string {
  return join(stateDir, "cache", "plugin-verdicts.json");
}
