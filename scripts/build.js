// Builds every package with tsdown. `--if-possible` is what `npm ci` runs: without dev dependencies it does nothing.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const builder = join(root, "node_modules", "tsdown", "dist", "run.mjs");

if (!existsSync(builder)) {
  if (process.argv.includes("--if-possible")) process.exit(0);
  console.error("tsdown is not installed: run `npm ci` first (without NODE_ENV=production).");
  process.exit(1);
}
const built = spawnSync(process.execPath, [builder], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

// What `pawl init --example` writes is the example itself. npm leaves `.gitignore` out of packages, so it goes by another name.
for (const name of ["orders"]) {
  const target = join(root, "packages", "cli", "dist", "examples", name);
  const skipped = ["test", ".pawl", "node_modules"].map((folder) => join(root, "examples", name, folder));
  cpSync(join(root, "examples", name), target, { recursive: true, filter: (path) => !skipped.includes(path) });
  renameSync(join(target, ".gitignore"), join(target, "gitignore"));
}

// npm packs no file of a folder above.
for (const parent of ["packages", "plugins"]) {
  for (const name of readdirSync(join(root, parent))) {
    const dist = join(root, parent, name, "dist");
    if (existsSync(dist)) cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));
  }
}
