import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { checkPlugin, type LoadedPlugin } from "./check-plugin.ts";
import type { PluginPlace } from "./find-plugins.ts";
import { importProblem, positionIn } from "./import-problem.ts";
import type { ModuleLoader } from "./module-loader.ts";

export interface LoadedPlugins {
  readonly plugins: readonly LoadedPlugin[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What became of one plugin: nothing is used of one that could not be imported. */
export interface PluginAttempt {
  readonly plugin: LoadedPlugin | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports plugins one after another. One that cannot be imported is told and left out; the others are used. */
export async function loadPlugins(places: readonly PluginPlace[], loader: ModuleLoader): Promise<LoadedPlugins> {
  const attempts: PluginAttempt[] = [];
  for (const place of places) attempts.push(await loadPlugin(place, loader));
  return {
    plugins: attempts.flatMap(({ plugin }) => plugin ?? []),
    diagnostics: attempts.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** Imports and checks one plugin. */
export async function loadPlugin(place: PluginPlace, loader: ModuleLoader): Promise<PluginAttempt> {
  try {
    return checkPlugin((await loader.load(place.specifier)).default, place);
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
