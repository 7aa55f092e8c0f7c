// `npm run bench -- hooks|commands|flows|network|startup [--json] [--quick] [--write]`: Pawl
// beside its peers and its floors. `--write` puts the results into benchmarks/README.md.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run-steps.js";

const folder = join(root, "benchmarks");

const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const unknown = flags.filter((flag) => !["--json", "--quick", "--write"].includes(flag));

installPeers();
const { runSuites, suiteNames } = await import("../benchmarks/main.js");
const wrong = [...unknown, ...wanted.filter((name) => !suiteNames.includes(name))];
if (wrong.length > 0) {
  console.error(
    `There is no ${wrong.join(", ")}. npm run bench -- [${suiteNames.join("|")}] [--json] [--quick] [--write]`,
  );
  process.exit(2);
}
if (!existsSync(join(root, "packages", "cli", "dist", "main.js"))) {
  console.error("There is no build to measure: npm run build");
  process.exit(2);
}
await runSuites(wanted.length === 0 ? suiteNames : wanted, {
  isJson: flags.includes("--json"),
  isQuick: flags.includes("--quick"),
  isWriting: flags.includes("--write"),
});
process.exit(0);

/** The peers are no part of `npm ci`. What cannot be installed is left out of the comparison. */
function installPeers() {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const peers = Object.keys({ ...dependencies, ...optionalDependencies });
  const missing = () => peers.filter((peer) => !existsSync(join(folder, "node_modules", peer)));
  if (missing().length === 0 || process.env.PAWL_BENCH_INSTALL === "0") return;
  console.error(`Installing the peers into benchmarks/node_modules, once: ${missing().join(", ")}`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const options = { cwd: folder, stdio: ["ignore", 2, 2] };
  if (spawnSync(npm, args, options).status !== 0) {
    // One peer that cannot be had must not take the others with it.
    for (const peer of missing()) spawnSync(npm, ["install", "--no-save", ...args.slice(1), peer], options);
  }
  if (missing().length > 0) console.error(`Not to be had here, and left out: ${missing().join(", ")}`);
}
