import type { Diagnostic } from "@pawl/hooks/diagnostics";
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
    return checkPlugin(defaultOf(await loader.load(place.specifier)), place);
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

/** `module.exports` of CommonJS is one; an ES module has it only when it says so. The loader answers for it in any case. */
function defaultOf(module: Record<string, unknown>): unknown {
  if (Object.hasOwn(module, "default")) return module.default;
  return Object.hasOwn(module, "__esModule") ? undefined : module;
}
