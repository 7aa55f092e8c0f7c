import { join } from "node:path";
import { configFiles } from "@pawl/flows";
import type { Logger } from "@pawl/hooks/guard";

/** What package managers write when another version of a package was installed. */
const packageFiles = ["package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

/** Editors write a file in several steps; after so long without a further one it is read. */
const settleMs = 80;

export interface ProjectWatcher {
  /** Files outside of the watched folders that the code of the project imports. */
  add(files: Iterable<string>): void;
  close(): Promise<void>;
}

/** Which part of a project has changed. */
export type ChangedPart = "flows" | "networks" | "code" | "config";

/**
 * Calls `onChange` after files in `flows/`, `networks/` and `plugins/` have changed, or `package.json`, the lock file of a package
 * manager or the configuration, never twice at a time. The folders may come later.
 */
export async function watchProject(
  projectDir: string,
  onChange: (parts: ReadonlySet<ChangedPart>) => Promise<void>,
  log: Logger,
): Promise<ProjectWatcher> {
  const { watch } = await import("chokidar");
  const watched = new WatchedPaths(projectDir);
  // The project folder is watched for the sake of folders that do not exist yet; nothing else in it is looked at.
  const watcher = watch(projectDir, { ignoreInitial: true, ignored: (path) => watched.partOf(path) === undefined });
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let changed = new Set<ChangedPart>();
  const tell = () => {
    const parts = changed;
    changed = new Set();
    turn = turn
      .then(() => onChange(parts))
      .catch((error: unknown) => log.error(`The files of the project could not be read: ${error}`));
  };
  watcher.on("all", (_, path) => {
    const part = watched.partOf(path);
    if (part === undefined || part === "root") return;
    changed.add(part);
    clearTimeout(timer);
    timer = setTimeout(tell, settleMs);
  });
  watcher.on("error", (error) => log.error(`The files of the project can no longer be watched: ${error}`));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return {
    add: (files) => watcher.add(watched.take(files)),
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await turn;
    },
  };
}

/** What each path is a part of; nothing when it is none of ours. */
class WatchedPaths {
  readonly #root: string;
  readonly #flows: string;
  readonly #networks: string;
  readonly #plugins: string;
  readonly #files: Set<string>;
  readonly #config: ReadonlySet<string>;

  constructor(projectDir: string) {
    this.#root = projectDir;
    this.#flows = join(projectDir, "flows");
    this.#networks = join(projectDir, "networks");
    this.#plugins = join(projectDir, "plugins");
    this.#files = new Set(packageFiles.map((name) => join(projectDir, name)));
    this.#config = new Set(configFiles.map((name) => join(projectDir, name)));
  }

  partOf(path: string): ChangedPart | "root" | undefined {
    if (path === this.#root) return "root";
    if (path === this.#flows || path.startsWith(`${this.#flows}/`)) return "flows";
    if (path === this.#networks || path.startsWith(`${this.#networks}/`)) return "networks";
    if (this.#config.has(path)) return "config";
    if (path === this.#plugins || path.startsWith(`${this.#plugins}/`) || this.#files.has(path)) return "code";
    return undefined;
  }

  /** Those that are not watched yet. */
  take(files: Iterable<string>): string[] {
    const fresh = [...files].filter((file) => this.partOf(file) === undefined);
    for (const file of fresh) this.#files.add(file);
    return fresh;
  }
}
