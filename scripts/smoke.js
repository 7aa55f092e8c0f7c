// A newcomer's first minute on any Node: `node scripts/smoke.js [path of another node]`.
// Without an argument on Linux it fetches Node 24 from the registry into a temporary folder.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./run-steps.js";

const folder = mkdtempSync(join(tmpdir(), "pawl-smoke-"));

function fetchNode24() {
  execFileSync(
    "npm",
    ["install", "--silent", "--no-save", "--prefix", folder, `node-${process.platform}-${process.arch}@24`],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  return join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
}

function pawl(node, args, cwd) {
  const bin = join(root, "packages", "cli", "bin", "pawl.js");
  return execFileSync(node, [bin, ...args], { cwd, encoding: "utf8", env: { ...process.env, XDG_STATE_HOME: folder } });
}

function expectThat(condition, sentence) {
  if (!condition) throw new Error(`smoke: expected that ${sentence}`);
}

try {
  const node = process.argv[2] ?? fetchNode24();
  const project = join(folder, "first");
  expectThat(/^\d+\.\d+\.\d+/.test(pawl(node, ["--version"], folder)), "--version prints a version");
  pawl(node, ["init", project], folder);
  const validated = JSON.parse(pawl(node, ["validate", "--json"], project));
  expectThat(
    validated.files.every((file) => file.ok),
    "the scaffold is valid",
  );
  const { run } = JSON.parse(pawl(node, ["run", "hello", "--json"], project));
  expectThat(run.status === "completed", `the first run completes, not ${run.status}`);
  const shown = JSON.parse(pawl(node, ["show", run.id, "--json"], project));
  expectThat(shown.run.id === run.id && shown.steps.length > 0, "the run is remembered with its steps");
  console.log(`smoke on ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}: ok`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
