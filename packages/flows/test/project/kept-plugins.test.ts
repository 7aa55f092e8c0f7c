import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findProject, type Project, readKeptPlugins, writeKeptPlugins } from "../../src/index.ts";

const one = { text: "1" };
const two = { text: "2" };

function project(): Project {
  const dir = mkdtempSync(join(tmpdir(), "pawl-kept-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "pawl.config.js"), "export default {};\n");
  return findProject(dir);
}

/** Another process, which stands for another server. */
function otherServer(): { readonly pid: number; kill(): Promise<void> } {
  const child = spawn("sleep", ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    pid: child.pid!,
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

test("a server that begins, and one that ends, leaves what another one keeps for its workers", () => {
  const at = project();
  const other = otherServer();
  writeKeptPlugins(at, { "plugins/a.ts": one }, other.pid);
  writeKeptPlugins(at, {});
  expect(readKeptPlugins(at)).toEqual({ "plugins/a.ts": one });
  writeKeptPlugins(at, { "plugins/b.ts": two });
  expect(readKeptPlugins(at)).toEqual({ "plugins/a.ts": one, "plugins/b.ts": two });
  writeKeptPlugins(at, {});
  expect(readKeptPlugins(at)).toEqual({ "plugins/a.ts": one });
});

test("what a server kept that was killed is nothing any more, and the next one clears it away", async () => {
  const at = project();
  const other = otherServer();
  writeKeptPlugins(at, { "plugins/a.ts": one }, other.pid);
  await other.kill();
  expect(readKeptPlugins(at)).toEqual({});
  writeKeptPlugins(at, {});
  expect(readdirSync(join(at.stateDir, "cache", "kept-plugins"))).toEqual([]);
});

test("a file that cannot be read keeps nothing, and nobody from starting", () => {
  const at = project();
  writeKeptPlugins(at, { "plugins/a.ts": one });
  writeFileSync(join(at.stateDir, "cache", "kept-plugins", "7.json"), "{broken");
  expect(readKeptPlugins(at)).toEqual({ "plugins/a.ts": one });
});
