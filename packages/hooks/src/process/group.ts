import { setTimeout as delay } from "node:timers/promises";
import { groupMembers } from "./proc-stat.ts";

/** Milliseconds between TERM and KILL when nobody said otherwise. */
export const defaultGraceMs = 2_000;
/** A killed process that does not go sits in the kernel; waiting longer for it would only hang us too. */
const killedMs = 2_000;
const firstPollMs = 2;
const longestPollMs = 40;

/** Sends a signal to a whole group. @returns whether there was anybody. Windows: to the leader alone. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === "win32" ? group : -group, signal);
    return true;
  } catch (error) {
    // EPERM: somebody is there and is not ours to signal (macOS says so of zombies).
    return (error as NodeJS.ErrnoException).code === "EPERM" && process.platform !== "darwin";
  }
}

/** Asks a group to end. A stopped process gets the chance to hear it. */
export function terminateGroup(group: number): void {
  signalGroup(group, "SIGTERM");
  if (process.platform !== "win32") signalGroup(group, "SIGCONT");
}

/** Waits until nobody of a group runs any more. @returns false when the time is up first */
async function groupIsGone(group: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let pause = firstPollMs; ; pause = Math.min(pause * 2, longestPollMs)) {
    if (!signalGroup(group, 0)) return true;
    // Where pid 1 reaps nobody, zombies keep the group known for ever: look closer before the long waits.
    if (pause > 8 && process.platform === "linux" && groupMembers(group).every((member) => member.isDead)) return true;
    const left = until - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(pause, left));
  }
}

/** TERM, `graceMs`, KILL; resolves when nobody of the group is left, or when even KILL did not help in time. */
export async function endWholeGroup(group: number, graceMs: number): Promise<void> {
  terminateGroup(group);
  if (await groupIsGone(group, graceMs)) return;
  signalGroup(group, "SIGKILL");
  await groupIsGone(group, killedMs);
}
