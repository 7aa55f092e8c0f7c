import { statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { FSWatcher } from "chokidar";
import { z } from "zod";
import { projectPath } from "../nodes/file/project-path.ts";
import { baseOf, compileGlob } from "./glob.ts";
import { duration, texts } from "./inputs.ts";
import { event, type GeneratorTrigger, type TriggerContext, TriggerError, trigger } from "./trigger.ts";

const kinds = ["add", "change", "unlink"] as const;
type Kind = (typeof kinds)[number];

const input = z
  .strictObject({
    path: texts.optional().describe("A file, a folder, or a pattern such as `inbox/**/*.csv`, inside the project."),
    paths: texts.optional().describe("The same as path."),
    events: z
      .union([z.enum(kinds), z.array(z.enum(kinds)).min(1)])
      .default([...kinds])
      .transform((value): Kind[] => [value].flat()),
    settle: duration.optional().describe("How long a file must stay the same before it is reported. Default: 200ms."),
  })
  .refine(({ path, paths }) => (path === undefined) !== (paths === undefined), { message: "give either path or paths" })
  .transform(({ path, paths, events, settle }) => ({ patterns: path ?? paths!, events, settleMs: settle ?? 200 }));

type WatchInput = z.infer<typeof input>;

interface Change {
  readonly kind: Kind;
  readonly path: string;
}

/** What changes while no server runs is not seen. */
export const fileWatch: GeneratorTrigger<WatchInput> = trigger({
  name: "file.watch",
  description: "When files of the project are added, changed or deleted.",
  input,
  async *run(given, context) {
    const queue = new ChangeQueue(context.signal);
    const watcher = await watch(given, context, queue);
    try {
      context.describe(`${given.patterns.join(", ")}: ${given.events.join(", ")}`);
      for (;;) {
        const { kind, path } = await queue.next();
        yield event({ event: kind, path }, { time: context.clock.now() });
      }
    } finally {
      await watcher.close();
    }
  },
});

async function watch(
  { patterns, events, settleMs }: WatchInput,
  { projectDir, signal }: TriggerContext,
  queue: ChangeQueue,
): Promise<FSWatcher> {
  const { watch: startWatching } = await import("chokidar");
  const globs = patterns.map((pattern) => compiled(inProject(pattern, projectDir)));
  const bases = await Promise.all(patterns.map((pattern) => checkedBase(pattern, projectDir)));
  const watcher = startWatching(bases.map(nearestFolder), {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => isLeftOut(path.slice(projectDir.length)) || !bases.some((base) => isOnOneWay(path, base)),
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(100, Math.ceil(settleMs / 2)) },
  });
  for (const kind of events) {
    watcher.on(kind, (absolute: string) => {
      const path = relative(projectDir, absolute).split(sep).join("/");
      if (globs.some((matches) => matches(path))) queue.add({ kind, path });
    });
  }
  watcher.on("error", (error) => queue.fail(error));
  await new Promise<void>((done) => {
    watcher.once("ready", done);
    signal.addEventListener("abort", () => done(), { once: true });
  });
  return watcher;
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

/** Changes that wait for their run. The same change of the same file waits once: that bounds it by the files there are. */
class ChangeQueue {
  readonly #waiting = new Map<string, Change>();
  readonly #signal: AbortSignal;
  #error: unknown;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  add(change: Change): void {
    this.#waiting.set(`${change.kind} ${change.path}`, change);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#wake();
  }

  /** @throws the watcher's error, or the signal's reason once nothing waits any more */
  async next(): Promise<Change> {
    for (;;) {
      const first = this.#waiting.entries().next().value;
      if (first !== undefined) {
        this.#waiting.delete(first[0]);
        return first[1];
      }
      if (this.#error !== undefined) throw this.#error;
      this.#signal.throwIfAborted();
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
