import type { LoadedHooks } from "@pawl/hooks";
import type { Call, CommandOption } from "../../command.ts";
import { hookLoadOptions } from "../../hooks/load-options.ts";
import { loadProjectToRead, projectOf } from "../../open-project.ts";

/** Which hooks a command is about. */
export const hookOptions: readonly CommandOption[] = [
  { flags: "--settings <file>", description: "Read a settings or plugin file of Claude Code too", isList: true },
  { flags: "--hooks-dir <dir>", description: "Read a folder of hooks too", isList: true },
  { flags: "--claude", description: "Read Claude Code's settings where it keeps them" },
];

export const trustAllOption: CommandOption = {
  flags: "--trust-all",
  description: "Run the project's hooks, trusted or not",
};

export interface OpenedHooks {
  readonly loaded: LoadedHooks;
  readonly projectDir: string;
  /** Where the records of events are kept unless a command says otherwise. */
  readonly recordFile: string;
}

/** The hooks that a command is about. Close what was loaded. */
export async function openHooks(call: Call): Promise<OpenedHooks> {
  const [{ loadHooks }, { join, resolve }] = await Promise.all([import("@pawl/hooks"), import("node:path")]);
  const project = await projectOf(call);
  // Without code there is no configuration either, and nothing heavy to load.
  const config = project.configFile === undefined ? {} : (await loadProjectToRead(call, project)).config;
  const configured = hookLoadOptions(project, config, call.env);
  const named = (option: unknown) => textsOf(option).map((path) => resolve(call.cwd, path));
  const loaded = loadHooks({
    ...configured,
    hooksDirs: named(call.options.hooksDir),
    settings: [...(configured.settings ?? []), ...named(call.options.settings)],
    claude: call.options.claude === true || configured.claude === true,
    trustAll: call.options.trustAll === true,
  });
  return { loaded, projectDir: project.dir, recordFile: join(project.stateDir, "hooks.ndjson") };
}

/** Opens the hooks for one piece of work, and closes them however it ends. */
export async function withHooks<T>(call: Call, work: (opened: OpenedHooks) => Promise<T>): Promise<T> {
  const opened = await openHooks(call);
  const end = (): void => void opened.loaded.close();
  call.signal.addEventListener("abort", end, { once: true });
  try {
    return await work(opened);
  } finally {
    // Hooks in the background come to their end, unless somebody is tired of waiting.
    await opened.loaded.retire();
    call.signal.removeEventListener("abort", end);
  }
}

function textsOf(option: unknown): readonly string[] {
  return Array.isArray(option) ? option : [];
}
