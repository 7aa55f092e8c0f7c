import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hashOf, textOf } from "../plugins/file-text.ts";
import type { PluginPlace } from "../plugins/find-plugins.ts";

/** More files than these of one package, or of what files of the project import, are not looked at. */
const mostFiles = 5_000;

/**
 * What stands at a place now. Of a file its text. Of a package the size and the time of change of each of its own files: to read
 * packages costs more than to import them, and the time of change (not of modification, which npm sets to the same for every
 * package) is another one after each installation. What it depends on is not looked at.
 */
export function contentOf({ kind, specifier, file, version = "" }: PluginPlace): string {
  if (kind === "file") return hashOf(textOf(specifier));
  const hash = createHash("sha256");
  addFolder(hash.update(version), folderOf(file), { left: mostFiles });
  return hash.digest("hex");
}

function folderOf(manifest: string): string {
  try {
    return dirname(realpathSync(manifest));
  } catch {
    return dirname(manifest);
  }
}

function addFolder(hash: Hash, folder: string, count: { left: number }): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && entry.name !== ".git") addFolder(hash, path, count);
      continue;
    }
    if (count.left-- <= 0) return;
    const stat = statSync(path, { throwIfNoEntry: false });
    hash.update(`${path} ${stat?.size} ${stat?.ctimeMs}\n`);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/**
 * The files that a file imports by relative paths, and those that these import: read from the texts, so that it is known of a
 * plugin that cannot be imported, too.
 */
export function importedBy(files: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = [...files];
  for (let file = waiting.pop(); file !== undefined && found.size < mostFiles; file = waiting.pop()) {
    for (const imported of importsIn(file)) {
      if (found.has(imported)) continue;
      found.add(imported);
      waiting.push(imported);
    }
  }
  return [...found];
}

const relativeImport = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;
const endings = ["", ".ts", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];

function importsIn(file: string): string[] {
  const text = textOf(file) ?? "";
  return [...text.matchAll(relativeImport)].flatMap(([, specifier]) => {
    const path = resolve(dirname(file), specifier!);
    const candidates = [...endings.map((ending) => path + ending), path.replace(/\.(m?)js$/, ".$1ts")];
    return candidates.find((candidate) => isFile(candidate)) ?? [];
  });
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
