// Builds every package with tsdown. `--if-possible` is what `npm ci` runs: without dev dependencies it does nothing.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const builder = join(root, "node_modules", "tsdown", "dist", "run.mjs");

if (!existsSync(builder)) {
  if (process.argv.includes("--if-possible")) process.exit(0);
  console.error("tsdown is not installed: run `npm ci` first (without NODE_ENV=production).");
  process.exit(1);
}
const built = spawnSync(process.execPath, [builder], { cwd: root, stdio: "inherit" });
process.exit(built.status ?? 1);
