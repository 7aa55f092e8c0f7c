import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { numberIn, runningInGroup, temporaryFolder, until } from "./processes.ts";
import { transpileSources } from "./transpiled.ts";

const sources = mkdtempSync(join(tmpdir(), "pawl-sources-"));

beforeAll(() => void transpileSources(sources));
afterAll(() => rmSync(sources, { recursive: true }));

/** A program of its own that runs `body`, with `runChild` and `folder` at hand. */
function owner(folder: string, body: string): ChildProcess {
  const lines = [
    `import { runChild } from ${JSON.stringify(join(sources, "process", "index.js"))};`,
    'import { writeFileSync } from "node:fs";',
    `const folder = ${JSON.stringify(folder)};`,
    body,
  ];
  writeFileSync(join(folder, "owner.mjs"), lines.join("\n"));
  const child = spawn(process.execPath, [join(folder, "owner.mjs")], { stdio: ["ignore", "inherit", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const stubborn = "runChild({ argv: ['sh', '-c', `trap '' TERM HUP; echo $$ > ${folder}/pid; sleep 600; sleep 600`] });";

describe("when the owner of a running program ends", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const)(
    "by %s, the program's group ends with it",
    async (signal) => {
      const folder = temporaryFolder();
      const child = owner(folder, stubborn);
      const group = await numberIn(join(folder, "pid"));
      child.kill(signal);
      await until(() => child.signalCode === signal);
      await until(() => runningInGroup(group).length === 0);
    },
  );

  test("by process.exit, the program's group ends with it", async () => {
    const folder = temporaryFolder();
    const child = owner(folder, `process.on("SIGUSR2", () => process.exit(5));\n${stubborn}`);
    const group = await numberIn(join(folder, "pid"));
    child.kill("SIGUSR2");
    await until(() => child.exitCode === 5);
    await until(() => runningInGroup(group).length === 0);
  });

  test("a signal that the owner handles itself ends nothing", async () => {
    const folder = temporaryFolder();
    const child = owner(folder, `process.on("SIGTERM", () => writeFileSync(folder + "/heard", ""));\n${stubborn}`);
    const group = await numberIn(join(folder, "pid"));
    child.kill("SIGTERM");
    await until(() => existsSync(join(folder, "heard")));
    expect(runningInGroup(group).length).toBeGreaterThan(0);
    child.kill("SIGINT");
    await until(() => runningInGroup(group).length === 0);
  });

  test("by kill -9 before the gate was opened, the program never starts", async () => {
    const folder = temporaryFolder();
    const child = owner(
      folder,
      `runChild({ argv: ["touch", folder + "/started"], beforeStart: async ({ pid }) => {
        writeFileSync(folder + "/pid", pid + "\\n");
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      } });`,
    );
    const group = await numberIn(join(folder, "pid"));
    expect(runningInGroup(group)).toEqual([group]);
    child.kill("SIGKILL");
    await until(() => runningInGroup(group).length === 0);
    expect(existsSync(join(folder, "started"))).toBe(false);
  });
});
