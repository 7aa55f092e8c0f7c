// Packs every package and asks publint and attw whether the tarball would work for those who install it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runSteps, runTool } from "./run-steps.js";

const folder = mkdtempSync(join(tmpdir(), "pawl-pack-"));
const packages = ["packages", "plugins"].flatMap((parent) =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, parent, entry.name)),
);

function isPublishable(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: directory, stdio: "ignore" });
  const tarball = join(folder, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
  const linted = runTool("publint", ["run", tarball, "--strict"]);
  return runTool("attw", [tarball, "--profile", "esm-only", "--quiet"]) && linted;
}

const failed = runSteps([
  ["build", () => runTool("node", ["scripts/build.js"])],
  ...packages.map((directory) => [directory.slice(root.length + 1), () => isPublishable(directory)]),
]);
rmSync(folder, { recursive: true, force: true });
process.exit(failed.length === 0 ? 0 : 1);
