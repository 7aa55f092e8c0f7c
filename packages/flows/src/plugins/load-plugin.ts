import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { formatDuration } from "@pawl/hooks/guard";
import { checkPlugin, type LoadedPlugin } from "./check-plugin.ts";
import type { PluginPlace } from "./find-plugins.ts";
import { importProblem, positionIn } from "./import-problem.ts";
import type { ModuleLoader } from "./module-loader.ts";

/** What became of one plugin: nothing is used of one that could not be imported. */
export interface PluginAttempt {
  readonly plugin: LoadedPlugin | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports and checks one plugin. */
export async function loadPlugin(place: PluginPlace, loader: ModuleLoader): Promise<PluginAttempt> {
  try {
    return checkPlugin(defaultOf(await contained(() => loader.load(place.specifier))), place);
  } catch (error) {
    const diagnostic: Diagnostic = {
      code: "plugin-import",
      severity: "error",
      message: `${place.source} could not be imported: ${importProblem(error)}`,
      file: place.file,
      ...positionIn(error, place.file),
    };
    return { plugin: undefined, diagnostics: [diagnostic] };
  }
}

/** A top-level `await` that has not come by then is taken for one that never does. */
const longestImportMs = 10_000;

/** An import that calls `process.exit`, or never comes to its end, fails and harms nothing else. */
async function contained<T>(load: () => Promise<T>): Promise<T> {
  const { exit } = process;
  let timer: NodeJS.Timeout | undefined;
  let exited: Error | undefined;
  process.exit = (code) => {
    exited = new Error(`it called process.exit(${code ?? ""})`);
    throw exited;
  };
  try {
    const tooLong = new Promise<never>((_, reject) => {
      const error = new Error(`it did not come to its end within ${formatDuration(longestImportMs)}`);
      timer = setTimeout(() => reject(error), longestImportMs);
    });
    const loaded = await Promise.race([load(), tooLong]);
    if (exited !== undefined) throw exited;
    return loaded;
  } finally {
    clearTimeout(timer);
    process.exit = exit;
  }
}

/** `module.exports` of CommonJS is one; an ES module has it only when it says so. The loader answers for it in any case. */
function defaultOf(module: Record<string, unknown>): unknown {
  if (Object.hasOwn(module, "default")) return module.default;
  return Object.hasOwn(module, "__esModule") ? undefined : module;
}
