import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Pids of a process group that still run, zombies left out, as the system's own tool says it. */
export function runningInGroup(group: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,pgid=,stat="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [pid, pgid, stat] = line.trim().split(/\s+/);
    return Number(pgid) === group && !stat?.startsWith("Z") ? [Number(pid)] : [];
  });
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function until<T>(what: () => T | undefined | null | false, withinMs = 10_000): Promise<T> {
  for (const end = Date.now() + withinMs; ; ) {
    const value = what();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`Not so within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** The whole number in a file, once something wrote it there. */
export function numberIn(file: string): Promise<number> {
  return until(() => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.endsWith("\n") && Number(text);
  });
}
