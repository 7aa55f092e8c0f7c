import { statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { projectPath } from "../../nodes/file/project-path.ts";
import { baseOf, compileGlob } from "../glob.ts";
import { type TriggerContext, TriggerError } from "../trigger.ts";
import { type ChangeQueue, kinds, type Stamp } from "./change-queue.ts";

export interface WatchedFiles {
  /** Files that are there at the beginning. */
  readonly files: Map<string, Stamp>;
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly patterns: readonly string[];
  readonly settleMs: number;
}

/** Watches files of the project; resolves once it knows what is there. Changes from then on go into the queue. */
export async function watchFiles(
  { patterns, settleMs }: WatchOptions,
  { projectDir, signal }: Pick<TriggerContext, "projectDir" | "signal">,
  queue: ChangeQueue,
): Promise<WatchedFiles> {
  const { watch } = await import("chokidar");
  const isMeant = matcherOf(patterns, projectDir);
  const bases = await Promise.all(patterns.map((pattern) => checkedBase(pattern, projectDir)));
  const watcher = watch(bases.map(nearestFolder), {
    alwaysStat: true,
    followSymlinks: false,
    ignored: (path) => isLeftOut(path.slice(projectDir.length)) || !bases.some((base) => isOnOneWay(path, base)),
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(100, Math.ceil(settleMs / 2)) },
  });
  const files = new Map<string, Stamp>();
  let isReady = false;
  for (const kind of kinds) {
    watcher.on(kind, (absolute: string, stats?: Stamp) => {
      const path = relative(projectDir, absolute).split(sep).join("/");
      if (!isMeant(path)) return;
      const stamp = kind === "unlink" ? undefined : stampOf(stats ?? statSync(absolute, { throwIfNoEntry: false }));
      if (isReady) queue.add({ kind, path, stamp, isMissed: false });
      else if (stamp !== undefined) files.set(path, stamp);
    });
  }
  watcher.on("error", (error) => queue.fail(error));
  await new Promise<void>((done) => {
    watcher.once("ready", done);
    signal.addEventListener("abort", () => done(), { once: true });
  });
  isReady = true;
  return { files, close: () => watcher.close() };
}

/** Whether a path of the project is meant by one of the patterns. @throws TriggerError */
export function matcherOf(patterns: readonly string[], projectDir: string): (path: string) => boolean {
  const globs = patterns.map((pattern) => compiled(inProject(pattern, projectDir)));
  return (path) => globs.some((matches) => matches(path));
}

function stampOf(stats: Stamp | undefined): Stamp | undefined {
  return stats && { mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs, size: stats.size };
}

function isLeftOut(path: string): boolean {
  return /[\\/](?:node_modules|\.git|\.pawl)(?:[\\/]|$)/.test(path);
}

/** What does not exist yet is seen to come by the folder around it. */
function nearestFolder(base: string): string {
  const isFolder = statSync(base, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder || dirname(base) === base ? base : nearestFolder(dirname(base));
}

/** Whether one of them lies inside the other, or they are the same. */
function isOnOneWay(a: string, b: string): boolean {
  return a === b || a.startsWith(b + sep) || b.startsWith(a + sep);
}

function compiled(pattern: string): (path: string) => boolean {
  try {
    return compileGlob(pattern);
  } catch {
    throw new TriggerError("invalid-input", `"${pattern}" is not a pattern: one of its brackets is not closed.`);
  }
}

function inProject(pattern: string, projectDir: string): string {
  return relative(projectDir, resolve(projectDir, pattern)).split(sep).join("/");
}

/** The place to watch, which no link leads out of the project. */
async function checkedBase(pattern: string, projectDir: string): Promise<string> {
  try {
    await projectPath(projectDir, baseOf(pattern), { allowOutside: false });
  } catch {
    throw new TriggerError(
      "outside-project",
      `file.watch stays inside the project folder; "${pattern}" leads out of it.`,
    );
  }
  return resolve(projectDir, baseOf(pattern));
}
