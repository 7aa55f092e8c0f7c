import { execFileSync } from "node:child_process";
import { defaultGraceMs, endWholeGroup } from "./group.ts";
import { identify, type ProcessIdentity, ticksOf } from "./identity.ts";
import { groupMembers } from "./proc-stat.ts";

/**
 * Ends a group that may have outlived its owner: TERM, `graceMs` (default 2000), KILL. Nothing is done when the group
 * is gone or the number belongs to somebody else by now. The leader itself need not be alive any more.
 * Linux and macOS; Windows has no process groups, there only a living leader is ended.
 * @param leader the identity that `beforeStart` was given; its pid is the number of the group
 * @returns whether there was anything to end
 */
export async function endGroup(leader: ProcessIdentity, graceMs: number = defaultGraceMs): Promise<boolean> {
  if (leader.pid <= 1 || leader.pid === process.pid || !isOurs(leader)) return false;
  await endWholeGroup(leader.pid, graceMs);
  return true;
}

function isOurs(leader: ProcessIdentity): boolean {
  const now = identify(leader.pid);
  // A number is not given to a new process while its group has members: another start time means the group is gone.
  if (now !== undefined) return now.startTime === leader.startTime;
  if (process.platform === "linux") return hasOrphansOnLinux(leader);
  return process.platform !== "win32" && hasOrphansByPs(leader);
}

/** Children stay in the session that their leader opened and are younger than it; strangers with the number are not. */
function hasOrphansOnLinux(leader: ProcessIdentity): boolean {
  const since = ticksOf(leader);
  if (since === undefined) return false;
  const members = groupMembers(leader.pid);
  return (
    members.some((member) => !member.isDead) &&
    members.every((member) => member.session === leader.pid && member.startTicks >= since)
  );
}

function hasOrphansByPs(leader: ProcessIdentity): boolean {
  const since = Date.parse(leader.startTime);
  const lines = execFileSync("ps", ["-axo", "pgid=,stat=,lstart="], { encoding: "utf8" }).split("\n");
  const starts = lines.flatMap((line) => {
    const [, group, stat, start] = /^\s*(\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    return Number(group) === leader.pid && !stat?.startsWith("Z") ? [Date.parse(start ?? "")] : [];
  });
  return starts.length > 0 && starts.every((start) => start >= since);
}
