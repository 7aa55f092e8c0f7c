import { existsSync, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { wordsOf } from "../command/command-line.ts";
import { hookLayers } from "../discovery/discover.ts";
import { filesNamedBy } from "../trust/command-files.ts";
import type { HookAction } from "./candidate.ts";
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

/** Loads the hooks of a project, and again whenever they change. Breakers keep their memory. */
export function watchHooks(options: LiveHooksOptions): LiveHooks {
  let current = loadHooks(options);
  let signature = signatureOf(current);
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let reloading: Promise<void> = Promise.resolve();
  const retired: Promise<void>[] = [];

  const reload = async (file: string): Promise<void> => {
    if (isClosed) return;
    rewatch();
    const next = loadHooks({ ...options, registry: { ...options.registry, breaker: current.registry.breaker } });
    // Hooks may write into their folders: that alone must not be a change, or one that writes on a change never rests.
    const nextSignature = signatureOf(next);
    const isAllowed =
      nextSignature !== signature && ((await options.mayChange?.(current, file).catch(() => true)) ?? true);
    if (isClosed || !isAllowed) return next.close();
    retired.push(current.retire());
    current = next;
    signature = nextSignature;
    options.onChange?.(current, file);
  };
  const seen = (file: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(() => reload(file)).catch(() => {});
    }, quietMs);
  };
  const rewatch = (): void => {
    for (const watcher of watchers) watcher.close();
    const { file } = current.store;
    const trusted = watchFolder(dirname(file), (changed) => {
      if (changed === file || changed === dirname(file)) seen(file);
    });
    watchers = isClosed ? [] : [...watchedFolders(options).flatMap((folder) => watchFolder(folder, seen)), ...trusted];
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
      await reloading;
      await Promise.all([...retired, current.close()]);
    },
  };
}

/** What has to differ for hooks to be others: what they are, and the files that stay loaded. */
function signatureOf(loaded: LoadedHooks): string {
  return JSON.stringify(
    loaded.judgements.map(({ candidate: { diagnostics, trust, ...candidate }, status, detail, fingerprint }) => {
      return [candidate, diagnostics, status, detail, fingerprint?.files, stampsOf(candidate.action)];
    }),
  );
}

function stampsOf(action: HookAction): readonly (number | undefined)[] {
  if (action.type === "handler") return [changeTime(action.file)];
  if (action.type !== "command" || action.mode !== "persistent") return [];
  return filesNamedBy(wordsOf(action.command), action.cwd ?? ".").map(changeTime);
}

function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs;
}

function watchFolder(folder: string, seen: (file: string) => void): FSWatcher[] {
  try {
    const watcher = watch(folder, (_, name) => seen(name ? `${folder}/${name}` : folder));
    // A folder that goes away is seen by the watcher of the one above.
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return watchAbove(folder, seen);
  }
}

/** Waits for a folder that is not there yet, in the nearest one above it that is. */
function watchAbove(folder: string, seen: (file: string) => void): FSWatcher[] {
  let missing = folder;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  try {
    const watcher = watch(dirname(missing), (_, changed) => changed === basename(missing) && seen(folder));
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
