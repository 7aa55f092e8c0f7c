import { readFileSync } from "node:fs";
import type { LoadedProject } from "@pawl/flows";
import { byPosition, type Diagnostic } from "@pawl/hooks/diagnostics";
import { hookLoadOptions, mayHaveHooks } from "../hooks/load-options.ts";
import { type CheckedFile, pathIn } from "./checked-file.ts";

/** The files of a project's lifecycle hooks. No hook is run, and those of the user alone are left to `pawl hooks check`. */
export async function checkHooks(
  { project, config }: LoadedProject,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CheckedFile[]> {
  if (!project.isProject || !mayHaveHooks(project, config, env)) return [];
  const { loadHooks } = await import("@pawl/hooks");
  const loaded = loadHooks(hookLoadOptions(project, config, env));
  try {
    const own = loaded.hooks.flatMap(({ file }) => (isIn(project.dir, file) ? file : []));
    return checkedHookFiles(loaded.diagnostics, project.dir, own).filter(({ file }) => isIn(project.dir, file));
  } finally {
    await loaded.close();
  }
}

function isIn(dir: string, file: string | undefined): boolean {
  return file !== undefined && !pathIn(dir, file).startsWith("/");
}

/** Mistakes by file, and the files that have none. */
export function checkedHookFiles(
  diagnostics: readonly Diagnostic[],
  dir: string,
  sound: readonly string[] = [],
): CheckedFile[] {
  const files = new Map<string, Diagnostic[]>(sound.map((file) => [file, []]));
  for (const one of [...diagnostics].sort(byPosition)) {
    files.set(one.file ?? "", [...(files.get(one.file ?? "") ?? []), one]);
  }
  return [...files].map(([file, found]) => ({ file: pathIn(dir, file), text: textOf(file), diagnostics: found }));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
