import { readdirSync, readFileSync } from "node:fs";

/** What Linux says about one process. */
export interface ProcessStat {
  readonly pid: number;
  /** A zombie, or one about to be removed: it runs no code any more. */
  readonly isDead: boolean;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

export function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name may hold spaces and brackets, so count from its last bracket: state is field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      pid,
      isDead: fields[0] === "Z" || fields[0] === "X",
      group: Number(fields[2]),
      session: Number(fields[3]),
      startTicks: Number(fields[19]),
    };
  } catch {
    return undefined;
  }
}

/** Everybody in a process group, dead ones included. */
export function groupMembers(group: number): ProcessStat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readStat(Number(pid))).filter((stat) => stat?.group === group) as ProcessStat[];
}
