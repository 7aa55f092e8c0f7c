import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createSpawnBroker, type SpawnBroker } from "../../../src/process/broker/spawn-broker.ts";
import { numberIn, runningInGroup, temporaryFolder, until } from "../processes.ts";
import { transpileSources } from "../transpiled.ts";

const sources = mkdtempSync(join(tmpdir(), "pawl-broker-"));
const script = join(sources, "process", "broker", "main.js");

beforeAll(() => void transpileSources(sources));
afterAll(() => rmSync(sources, { recursive: true }));

function start(): SpawnBroker {
  const broker = createSpawnBroker(script)!;
  onTestFinished(() => broker.close());
  return broker;
}

const stubborn = (folder: string, name = "pid"): string[] => [
  "sh",
  "-c",
  `trap '' TERM HUP; echo $$ > ${folder}/${name}; sleep 600; sleep 600`,
];

describe("the spawn broker", () => {
  test("runs many programs at once and mixes up nothing", async () => {
    const broker = start();
    const heard = new Map<number, string>();
    const runs = Array.from({ length: 40 }, async (_, i) => {
      heard.set(i, "");
      const run = await broker.run({
        argv: ["sh", "-c", `cat; echo ${i} >&2; exit ${i}`],
        stdin: Buffer.from(`in ${i} ä`),
        onStdout: (text) => heard.set(i, heard.get(i) + text),
      });
      expect(run).toMatchObject({ exitCode: i, stdout: `in ${i} ä`, stderr: `${i}\n` });
    });
    await Promise.all(runs);
    expect([...heard.values()]).toEqual(Array.from({ length: 40 }, (_, i) => `in ${i} ä`));
  });

  test("hands over megabytes to a listener that is slow, without losing a byte", async () => {
    const broker = start();
    let bytes = 0;
    const run = await broker.run({
      argv: ["sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x"],
      maxOutputBytes: 10,
      onStdout: (text) => {
        bytes += text.length;
        for (const end = performance.now() + 1; performance.now() < end; );
      },
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: "xxxxxxxxxx", stdoutTruncated: true });
    expect(bytes).toBe(20_000_000);
  });

  test("gives programs this process's environment and directory as they are now", async () => {
    const broker = start();
    process.env.PAWL_TEST_LATER = "later";
    onTestFinished(() => void delete process.env.PAWL_TEST_LATER);
    const run = await broker.run({ argv: ["sh", "-c", "echo $PAWL_TEST_LATER; pwd -P"] });
    expect(run.stdout).toBe(`later\n${process.cwd()}\n`);
  });

  test("ends its programs when it is closed", async () => {
    const broker = start();
    const folder = temporaryFolder();
    const run = broker.run({ argv: stubborn(folder) as [string, ...string[]] });
    const failed = expect(run).rejects.toMatchObject({ code: "spawn-failed" });
    const group = await numberIn(join(folder, "pid"));
    await broker.close();
    await failed;
    await until(() => runningInGroup(group).length === 0);
    expect(broker.isOpen).toBe(false);
    await expect(broker.run({ argv: ["true"] })).rejects.toMatchObject({ code: "spawn-failed" });
  });

  test("that is killed leaves no program behind, and every run is told", async () => {
    const broker = start();
    let heard = "";
    const run = broker.run({
      argv: ["sh", "-c", "trap '' TERM HUP; echo $$; sleep 600; sleep 600"],
      onStdout: (text) => {
        heard += text;
      },
    });
    const failed = expect(run).rejects.toMatchObject({ code: "spawn-failed" });
    const group = await until(() => heard.endsWith("\n") && Number(heard));
    process.kill(broker.pid!, "SIGKILL");
    await failed;
    await until(() => runningInGroup(group).length === 0);
    expect(broker.isOpen).toBe(false);
  });

  test("says when it is up, and when it never came up", async () => {
    expect(await start().ready).toBe(true);
    const broken = join(temporaryFolder(), "broken.mjs");
    writeFileSync(broken, "process.exit(1);");
    const broker = createSpawnBroker(broken)!;
    expect(await broker.ready).toBe(false);
    expect(broker.isOpen).toBe(false);
  });

  test("is not there where its file is not", () => {
    expect(createSpawnBroker(join(sources, "no-such-file.js"))).toBeUndefined();
  });
});

describe("the owner of a spawn broker", () => {
  function owner(folder: string, body: string): ChildProcess {
    const lines = [
      `import { createSpawnBroker } from ${JSON.stringify(join(sources, "process/broker/spawn-broker.js"))};`,
      `const broker = createSpawnBroker(${JSON.stringify(script)});`,
      `const folder = ${JSON.stringify(folder)};`,
      body,
    ];
    writeFileSync(join(folder, "owner.mjs"), lines.join("\n"));
    const child = spawn(process.execPath, [join(folder, "owner.mjs")], { stdio: ["ignore", "inherit", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  test("can end although the broker is there", async () => {
    const folder = temporaryFolder();
    const child = owner(folder, 'await broker.ready; await broker.run({ argv: ["true"] });');
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });

  test("takes broker and programs with it, even by kill -9", async () => {
    const folder = temporaryFolder();
    const argv = JSON.stringify(stubborn(folder));
    const body = `import { writeFileSync } from "node:fs";
      writeFileSync(folder + "/broker", broker.pid + "\\n");
      await broker.run({ argv: ${argv} });`;
    const child = owner(folder, body);
    const group = await numberIn(join(folder, "pid"));
    const helper = await numberIn(join(folder, "broker"));
    child.kill("SIGKILL");
    await until(() => runningInGroup(group).length === 0);
    await until(() => runningInGroup(helper).length === 0);
  });
});
