import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { endGroup, identify, isAlive, type ProcessIdentity } from "../../src/process/index.ts";
import { numberIn, runningInGroup, temporaryFolder, until } from "./processes.ts";

function startGroup(script: string): { child: ChildProcess; leader: ProcessIdentity } {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  const group = child.pid!;
  onTestFinished(() => {
    for (const pid of runningInGroup(group)) process.kill(pid, "SIGKILL");
  });
  return { child, leader: identify(group)! };
}

describe("an identity", () => {
  test("is the same at every look and gone with the process", async () => {
    const { child, leader } = startGroup("sleep 600");
    expect(identify(leader.pid)).toEqual(leader);
    expect(isAlive(leader)).toBe(true);
    expect(isAlive({ ...leader, startTime: `${leader.startTime}0` })).toBe(false);
    child.kill("SIGKILL");
    await until(() => child.signalCode);
    expect(isAlive(leader)).toBe(false);
    expect(identify(leader.pid)).toBeUndefined();
  });
});

describe("a group that outlived its owner", () => {
  test("is ended with all its members", async () => {
    const { leader } = startGroup("sleep 600 & sleep 600 & sleep 600; true");
    await until(() => runningInGroup(leader.pid).length === 4);
    expect(await endGroup(leader, 1_000)).toBe(true);
    expect(runningInGroup(leader.pid)).toEqual([]);
    expect(await endGroup(leader, 1_000)).toBe(false);
  });

  test("is killed when it ignores TERM", async () => {
    const file = join(temporaryFolder(), "ready");
    const { leader } = startGroup(`trap '' TERM; echo $$ > ${file}; sleep 600; sleep 600`);
    await numberIn(file);
    expect(await endGroup(leader, 50)).toBe(true);
    expect(runningInGroup(leader.pid)).toEqual([]);
  });

  test.runIf(process.platform !== "win32")("is found when its leader is gone and members still run", async () => {
    const { child, leader } = startGroup("sleep 600 & read -r _; true");
    child.stdin?.end();
    await until(() => child.exitCode !== null && runningInGroup(leader.pid).length === 1);
    expect(await endGroup(leader, 1_000)).toBe(true);
    expect(runningInGroup(leader.pid)).toEqual([]);
  });

  test("is left alone when the number belongs to somebody else now", async () => {
    const { leader } = startGroup("sleep 600 & sleep 600; true");
    await until(() => runningInGroup(leader.pid).length === 3);
    const before = leader.startTime.replace(/\d+$/, (ticks) => String(Number(ticks) - 100));
    expect(await endGroup({ pid: leader.pid, startTime: before }, 50)).toBe(false);
    expect(runningInGroup(leader.pid)).toHaveLength(3);
  });

  test.runIf(process.platform === "linux")("is left alone without its leader when it is not ours", async () => {
    const { child, leader } = startGroup("sleep 600 & read -r _; true");
    child.stdin?.end();
    await until(() => child.exitCode !== null);
    const younger = leader.startTime.replace(/\d+$/, (ticks) => String(Number(ticks) + 1_000));
    expect(await endGroup({ pid: leader.pid, startTime: younger }, 50)).toBe(false);
    const otherBoot = `another-boot/${leader.startTime.split("/").slice(1).join("/")}`;
    expect(await endGroup({ pid: leader.pid, startTime: otherBoot }, 50)).toBe(false);
    expect(runningInGroup(leader.pid)).toHaveLength(1);
  });

  test("is never our own", async () => {
    expect(await endGroup(identify(process.pid)!, 50)).toBe(false);
    expect(await endGroup({ pid: 1, startTime: "" }, 50)).toBe(false);
    expect(await endGroup({ pid: 0, startTime: "" }, 50)).toBe(false);
  });
});
