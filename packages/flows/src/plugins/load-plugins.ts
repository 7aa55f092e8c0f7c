import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { checkPlugin, type LoadedPlugin } from "./check-plugin.ts";
import type { PluginPlace } from "./find-plugins.ts";
import type { ModuleLoader } from "./module-loader.ts";

export interface LoadedPlugins {
  readonly plugins: readonly LoadedPlugin[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports plugins one after another. One that cannot be imported is told and left out; the others are used. */
export async function loadPlugins(places: readonly PluginPlace[], loader: ModuleLoader): Promise<LoadedPlugins> {
  const plugins: LoadedPlugin[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const place of places) {
    try {
      const exports = await loader.load(place.specifier);
      const checked = checkPlugin(exports.default, place);
      plugins.push(checked.plugin);
      diagnostics.push(...checked.diagnostics);
    } catch (error) {
      const message = `${place.source} could not be imported: ${importProblem(error)}`;
      diagnostics.push({
        code: "plugin-import",
        severity: "error",
        message,
        file: place.file,
        ...positionIn(error, place.file),
      });
    }
  }
  return { plugins, diagnostics };
}

/** The sentence of an error from a loader, without its frames. */
export function importProblem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n[\s\S]*/, "").trim() || "it threw an error without a message";
}

/** Where the loader, or the stack of what a module threw, says that the fault is. */
function positionIn(error: unknown, file: string): { line?: number; column?: number } {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  const at = text.indexOf(`${file}:`);
  const match = at < 0 ? null : /^:(\d+):(\d+)/.exec(text.slice(at + file.length));
  return match ? { line: Number(match[1]), column: Number(match[2]) } : {};
}
