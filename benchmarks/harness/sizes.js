import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** `@pawl/hooks` with all that comes with it. */
export function sizeOfHooks() {
  return sizeOf(["packages/hooks"]);
}

/** Core, CLI and server: what `npm install pawl` brings, without the optional SQLite driver of Node 20. */
export function sizeOfProduct() {
  return sizeOf(["packages/cli"]);
}

/** Packages and megabytes as installed: what `files` of our own packages names, and whole folders of the others. */
function sizeOf(folders) {
  const seen = new Map();
  const visit = (folder) => {
    if (seen.has(folder)) return;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const isOwn = folder.startsWith(join(root, "packages"));
    const parts = isOwn ? ["package.json", ...(manifest.files ?? [])] : ["."];
    seen.set(folder, sum(parts.map((part) => bytesOf(join(folder, part)))));
    for (const name of Object.keys(manifest.dependencies ?? {})) visit(locate(name, folder));
  };
  for (const folder of folders) visit(join(root, folder));
  return { packages: seen.size, megabytes: sum([...seen.values()]) / 1e6 };
}

/** Where Node finds a package from a folder; our own at the place they are linked to. */
function locate(name, from) {
  const own = join(root, "packages", name.replace("@pawl/", ""));
  if (name.startsWith("@pawl/")) return own;
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === root || dirname(folder) === folder) throw new Error(`${name} is not installed for ${from}.`);
  }
}

function bytesOf(path) {
  if (!existsSync(path)) return 0;
  const entry = lstatSync(path);
  if (!entry.isDirectory()) return entry.size;
  return sum(
    readdirSync(path)
      .filter((name) => name !== "node_modules")
      .map((name) => bytesOf(join(path, name))),
  );
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
