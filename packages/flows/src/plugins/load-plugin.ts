import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { formatDuration } from "@pawl/hooks/guard";
import { checkPlugin, type LoadedPlugin } from "./check-plugin.ts";
import type { PluginCode } from "./codes.ts";
import type { PluginPlace } from "./find-plugins.ts";
import { importProblem, positionIn } from "./import-problem.ts";
import type { ModuleLoader } from "./module-loader.ts";

/** What became of one plugin: nothing is used of one that could not be imported. */
export interface PluginAttempt {
  readonly plugin: LoadedPlugin | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Its import hung, or tried to end the process: what stands there is not to be imported again. */
  readonly isHarmful: boolean;
}

/**
 * Imports and checks one plugin. One that blocks is not met here: see `probe`.
 * @param longestMs a top-level `await` that has not come by then is taken for one that never does
 */
export async function loadPlugin(
  place: PluginPlace,
  loader: ModuleLoader,
  longestMs: number = defaultImportMs,
): Promise<PluginAttempt> {
  try {
    const exported = defaultOf(await contained(() => loader.load(place.specifier), longestMs));
    return { ...checkPlugin(exported, place), isHarmful: false };
  } catch (error) {
    if (error instanceof Harm) {
      return { plugin: undefined, diagnostics: [harmful(place, error.message)], isHarmful: true };
    }
    const diagnostic: Diagnostic = {
      code: "plugin-import",
      severity: "error",
      message: `${place.source} could not be imported: ${importProblem(error)}`,
      file: place.file,
      ...positionIn(error, place.file),
    };
    return { plugin: undefined, diagnostics: [diagnostic], isHarmful: false };
  }
}

/** What is said of a plugin that harms who imports it. `what` is read after "…: ". */
export function harmful({ source, file }: PluginPlace, what: string): Diagnostic {
  const code: PluginCode = "plugin-harmful";
  const message = `${source} could not be imported: ${what}. Nothing of it is used.`;
  return { code, severity: "error", message, file };
}

export const defaultImportMs = 10_000;

class Harm extends Error {}

/** An import that calls `process.exit`, or never comes to its end, fails and harms nothing else. */
async function contained<T>(load: () => Promise<T>, longestMs: number): Promise<T> {
  const { exit } = process;
  let timer: NodeJS.Timeout | undefined;
  let exited: Error | undefined;
  process.exit = (code) => {
    exited = new Harm(`it called process.exit(${code ?? ""})`);
    throw exited;
  };
  try {
    const tooLong = new Promise<never>((_, reject) => {
      const error = new Harm(
        `its import had not come to its end after ${formatDuration(longestMs)}${howToRaise("time")}`,
      );
      timer = setTimeout(() => reject(error), longestMs);
    });
    const loaded = await Promise.race([load(), tooLong]);
    if (exited !== undefined) throw exited;
    return loaded;
  } finally {
    clearTimeout(timer);
    process.exit = exit;
  }
}

/** Which setting gives the import of plugins more. */
export function howToRaise(what: "time" | "memory"): string {
  return ` (plugins.${what === "time" ? "importTime" : "importMemory"} in pawl.config gives it more)`;
}

/** `module.exports` of CommonJS is one; an ES module has it only when it says so. The loader answers for it in any case. */
function defaultOf(module: Record<string, unknown>): unknown {
  if (Object.hasOwn(module, "default")) return module.default;
  return Object.hasOwn(module, "__esModule") ? undefined : module;
}
