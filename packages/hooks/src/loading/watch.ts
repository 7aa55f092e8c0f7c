import { type FSWatcher, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { wordsOf } from "../command/command-line.ts";
import { hookLayers } from "../discovery/discover.ts";
import { filesNamedBy } from "../trust/command-files.ts";
import type { HookAction } from "./candidate.ts";
import { type LoadedHooks, type LoadHooksOptions, loadHooks, settingsFiles } from "./load-hooks.ts";
import { watchFolder } from "./watch-folder.ts";

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
  return new WatchedHooks(options);
}

class WatchedHooks implements LiveHooks {
  current: LoadedHooks;
  #signature: string;
  readonly #options: LiveHooksOptions;
  #watchers: readonly FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #reloading: Promise<void> = Promise.resolve();
  readonly #retired: Promise<void>[] = [];

  constructor(options: LiveHooksOptions) {
    this.#options = options;
    this.current = loadHooks(options);
    this.#signature = signatureOf(this.current);
    this.#watch();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stopWatching();
    await this.#reloading;
    await Promise.all([...this.#retired, this.current.close()]);
  }

  readonly #seen = (file: string): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#reloading = this.#reloading.then(() => this.#reload(file)).catch(() => {});
    }, quietMs);
  };

  #watch(): void {
    this.#stopWatching();
    const { file } = this.current.store;
    const trusted = watchFolder(dirname(file), (changed) => {
      if (changed === file || changed === dirname(file)) this.#seen(file);
    });
    const folders = watchedFolders(this.#options).flatMap((folder) => watchFolder(folder, this.#seen));
    this.#watchers = [...folders, ...trusted];
  }

  #stopWatching(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  async #reload(file: string): Promise<void> {
    if (this.#isClosed) return;
    this.#watch();
    const { registry, mayChange, onChange } = this.#options;
    const next = loadHooks({ ...this.#options, registry: { ...registry, breaker: this.current.registry.breaker } });
    // Hooks may write into their folders: that alone must not be a change, or one that writes on a change never rests.
    const signature = signatureOf(next);
    const isOther = signature !== this.#signature;
    const isAllowed = isOther && ((await mayChange?.(this.current, file).catch(() => true)) ?? true);
    if (this.#isClosed || !isAllowed) return next.close();
    this.#retired.push(this.current.retire());
    this.current = next;
    this.#signature = signature;
    onChange?.(next, file);
  }
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
