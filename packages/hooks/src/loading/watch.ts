import { type FSWatcher, readdirSync, watch } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hookLayers } from "../discovery/discover.ts";
import { type LoadedHooks, type LoadHooksOptions, loadHooks, settingsFiles } from "./load-hooks.ts";

/** Milliseconds of quiet after a change: editors write in several steps. */
const quietMs = 100;

export interface LiveHooks {
  /** The hooks as they are now. */
  readonly current: LoadedHooks;
  close(): Promise<void>;
}

export interface LiveHooksOptions extends LoadHooksOptions {
  /** Asked before changed hooks take effect; `false` keeps those of before until the next change. */
  readonly mayChange?: (current: LoadedHooks, file: string) => Promise<boolean>;
  /** Told after the hooks were read again, with a file that changed. */
  readonly onChange?: (hooks: LoadedHooks, file: string) => void;
}

/** Loads the hooks of a project, and again whenever one of their files changes. Breakers keep their memory. */
export function watchHooks(options: LiveHooksOptions): LiveHooks {
  let current = loadHooks(options);
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const retired: Promise<void>[] = [];

  const reload = async (file: string): Promise<void> => {
    const isAllowed = (await options.mayChange?.(current, file).catch(() => true)) ?? true;
    if (isClosed || !isAllowed) return;
    const before = current;
    current = loadHooks({ ...options, registry: { ...options.registry, breaker: before.registry.breaker } });
    retired.push(before.retire());
    rewatch();
    options.onChange?.(current, file);
  };
  const rewatch = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = watchedFolders(options).flatMap((folder) => {
      const seen = (file: string) => {
        clearTimeout(timer);
        timer = setTimeout(() => void reload(file), quietMs);
      };
      return watchFolder(folder, seen);
    });
  };
  rewatch();
  return {
    get current() {
      return current;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await Promise.all([...retired, current.close()]);
    },
  };
}

function watchFolder(folder: string, seen: (file: string) => void): FSWatcher[] {
  try {
    const watcher = watch(folder, (_, name) => seen(name ? `${folder}/${name}` : folder));
    // A folder that goes away is seen by the watcher of the one above.
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return folder === dirname(folder) ? [] : watchAbove(folder, seen);
  }
}

/** Waits for a folder that is not there yet. */
function watchAbove(folder: string, seen: (file: string) => void): FSWatcher[] {
  try {
    const name = folder.slice(dirname(folder).length + 1);
    const watcher = watch(dirname(folder), (_, changed) => changed === name && seen(folder));
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/** The folders whose content decides which hooks there are. */
function watchedFolders(options: LoadHooksOptions): string[] {
  const projectDir = resolve(options.projectDir ?? ".");
  const env = options.env ?? process.env;
  const layers = hookLayers({ projectDir, hooksDirs: options.hooksDirs, env }).map((layer) => layer.folder);
  const hooks = layers.flatMap((layer) => subfolders(layer).map((name) => join(layer, name)));
  const settings = settingsFiles(options, projectDir, env).map((file) => dirname(file.path));
  return [...new Set([...layers, ...hooks, ...settings])];
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
