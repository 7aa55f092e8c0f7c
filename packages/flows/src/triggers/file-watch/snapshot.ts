import { createHash } from "node:crypto";
import type { Json } from "../../json.ts";
import type { TriggerState } from "../trigger.ts";
import type { Change, Stamp } from "./change-queue.ts";

/** More files than these are watched, but what is missed of them is not found later. */
export const mostFiles = 10_000;
/** A change writes one of so many parts, not all of it. */
const parts = 64;

type Files = Map<string, Stamp>;

/** Files as they were when their last change had its run; outlives the server in the trigger's state. */
export class Snapshot {
  readonly #state: TriggerState;
  readonly #parts: readonly Files[];
  /** What was watched when it was taken; nothing when there was none yet. */
  readonly patterns: readonly string[] | undefined;

  private constructor(state: TriggerState, stored: readonly Files[], patterns: readonly string[] | undefined) {
    this.#state = state;
    this.#parts = stored;
    this.patterns = patterns;
  }

  static async load(state: TriggerState): Promise<Snapshot> {
    const head = (await state.get("snapshot")) as { readonly patterns: string[] } | undefined;
    const stored = Array.from({ length: parts }, (_, part) =>
      head === undefined ? undefined : state.get(keyOf(part)),
    );
    const read = await Promise.all(stored);
    return new Snapshot(state, read.map(toFiles), head?.patterns);
  }

  static async forget(state: TriggerState): Promise<void> {
    if ((await state.get("snapshot")) === undefined) return;
    await state.delete("snapshot");
    for (let part = 0; part < parts; part++) await state.delete(keyOf(part));
  }

  get size(): number {
    return this.#parts.reduce((sum, files) => sum + files.size, 0);
  }

  get(path: string): Stamp | undefined {
    return this.#partOf(path).get(path);
  }

  /** What differs between then and now. */
  compare(now: Files): Change[] {
    const changes: Change[] = [];
    for (const [path, stamp] of now) {
      const before = this.get(path);
      if (before === undefined) changes.push({ kind: "add", path, stamp, isMissed: true });
      else if (!isSame(before, stamp)) changes.push({ kind: "change", path, stamp, isMissed: true });
    }
    const gone = this.#parts.flatMap((files) => [...files.keys()]).filter((path) => !now.has(path));
    return [...changes, ...gone.map((path) => ({ kind: "unlink" as const, path, stamp: undefined, isMissed: true }))];
  }

  /** Durable when it resolves. */
  async apply(changes: readonly Pick<Change, "path" | "stamp">[]): Promise<void> {
    for (const { path, stamp } of changes) this.#set(path, stamp);
    const touched = new Set(changes.map(({ path }) => partOf(path)));
    // In one commit.
    await Promise.all([...touched].map((part) => this.#save(part)));
  }

  /** Takes these as known, without a change. */
  async begin(files: Files, patterns: readonly string[]): Promise<void> {
    await this.apply([...files].map(([path, stamp]) => ({ path, stamp })));
    await this.#state.set("snapshot", { patterns: [...patterns] });
  }

  #set(path: string, stamp: Stamp | undefined): void {
    if (stamp === undefined) this.#partOf(path).delete(path);
    else this.#partOf(path).set(path, stamp);
  }

  async #save(part: number): Promise<void> {
    const files = [...this.#parts[part]!].map(
      ([path, { mtimeMs, ctimeMs, size }]): Json => [path, mtimeMs, ctimeMs, size],
    );
    await this.#state.set(keyOf(part), files);
  }

  #partOf(path: string): Files {
    return this.#parts[partOf(path)]!;
  }
}

function keyOf(part: number): string {
  return `snapshot/${part}`;
}

function partOf(path: string): number {
  return createHash("sha256").update(path).digest()[0]! % parts;
}

function toFiles(stored: Json | undefined): Files {
  const rows = (stored ?? []) as unknown as readonly [string, number, number, number][];
  return new Map(rows.map(([path, mtimeMs, ctimeMs, size]) => [path, { mtimeMs, ctimeMs, size }]));
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size;
}
