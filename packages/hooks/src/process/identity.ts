import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { type ProcessStat, readStat } from "./proc-stat.ts";

/** A process that can be recognised later: a pid alone may have been given to another one since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; compared, never read. */
  readonly startTime: string;
}

/** Who `pid` is now, or nothing when no such process is alive (a zombie is not). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === "linux" ? linuxStartTime(readStat(pid)) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Whether both were written down in the same boot and container, so that their pids and times can be compared. */
export function ticksOf(identity: ProcessIdentity): number | undefined {
  const prefix = linuxPrefix();
  return identity.startTime.startsWith(prefix) ? Number(identity.startTime.slice(prefix.length)) : undefined;
}

function linuxStartTime(stat: ProcessStat | undefined): string | undefined {
  return stat === undefined || stat.isDead ? undefined : `${linuxPrefix()}${stat.startTicks}`;
}

let prefix: string | undefined;

/**
 * Clock ticks count from boot and pids from the start of the container, so after a restart both come again:
 * the boot and the pid namespace are part of what is compared.
 */
function linuxPrefix(): string {
  prefix ??= `${attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim())}/${attempt(() =>
    readlinkSync("/proc/self/ns/pid"),
  )}/`;
  return prefix;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
