import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** Runs a program of node_modules/.bin (or Node itself) and answers whether it succeeded. */
export function runTool(name, args, env = {}) {
  const program = name === "node" ? process.execPath : join(root, "node_modules", ".bin", name);
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  return result.status === 0;
}

/** Runs every step even after a failure, prints one line per step, and answers which failed. */
export function runSteps(steps) {
  const failed = [];
  for (const [name, step] of steps) {
    const begin = Date.now();
    const ok = step();
    if (!ok) failed.push(name);
    console.log(`${ok ? "✓" : "✗"} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
  }
  return failed;
}
