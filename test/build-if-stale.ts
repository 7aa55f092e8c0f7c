import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

function newest(directory: string): number {
  let latest = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

/** Node 20 cannot import TypeScript, so tests that start the command need a build: made when sources are newer. */
export default function buildIfStale(): void {
  const stale = ["packages", "plugins"].some((parent) =>
    readdirSync(join(root, parent)).some((name) => {
      const source = join(root, parent, name, "src");
      const built = join(root, parent, name, "dist");
      return existsSync(source) && (!existsSync(built) || newest(source) > newest(built));
    }),
  );
  if (stale) execFileSync(process.execPath, [join(root, "scripts", "build.js")], { stdio: "inherit" });
}
