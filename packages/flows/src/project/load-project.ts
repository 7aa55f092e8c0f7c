import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { BuiltInNode } from "../nodes/built-in.ts";
import { findPlugins, missingPlugins, type PluginPlace } from "../plugins/find-plugins.ts";
import { importProblem } from "../plugins/import-problem.ts";
import { loadPlugins } from "../plugins/load-plugins.ts";
import { createModuleLoader, type ModuleLoader, type ProvidedModules } from "../plugins/module-loader.ts";
import { versionProblem } from "../plugins/version-problem.ts";
import { assemble } from "./assemble.ts";
import { checkConfig } from "./config.ts";
import type { Project } from "./find-project.ts";
import type { LoadedProject } from "./loaded-project.ts";

export interface LoadOptions {
  /** Whether code of the project may be imported: plugins and `pawl.config.*`. */
  readonly importCode: boolean;
  /** Modules that the project's code can import beside `@pawl/flows`, `@pawl/hooks` and `zod`. */
  readonly provide?: ProvidedModules;
  /** Nodes that the host has beside the built-in ones. */
  readonly nodes?: readonly BuiltInNode[];
}

/** Imports the configuration and the plugins of a project, as far as that is allowed. Flow files are read apart. */
export async function loadProject(project: Project, options: LoadOptions): Promise<LoadedProject> {
  const places = pluginsOf(project);
  const hasCode = places.length > 0 || project.configFile !== undefined;
  const found = project.isProject
    ? [...notInstalled(project), ...places.flatMap((place) => versionProblem(place) ?? [])]
    : [];
  if (!hasCode || !options.importCode) {
    const { nodes } = options;
    return assemble(project, { config: {}, plugins: [], diagnostics: found, isPartial: hasCode, nodes });
  }
  const loader = await loaderOf(project, options);
  const config = await loadConfig(project, loader);
  const loaded = await loadPlugins(places, loader);
  const diagnostics = [...config.diagnostics, ...found, ...loaded.diagnostics];
  const { nodes } = options;
  return assemble(project, { config: config.config, plugins: loaded.plugins, diagnostics, isPartial: false, nodes });
}

/** Imports the code of a project as it is now. */
export function loaderOf(project: Project, { provide = {} }: Pick<LoadOptions, "provide">): Promise<ModuleLoader> {
  const cacheDir = join(project.stateDir, "cache", "modules");
  return createModuleLoader({ projectDir: project.dir, cacheDir, provide });
}

export async function loadConfig(project: Project, loader: ModuleLoader): Promise<ReturnType<typeof checkConfig>> {
  const file = project.configFile;
  if (file === undefined || !existsSync(file)) return { config: {}, diagnostics: [] };
  try {
    return checkConfig((await loader.load(file)).default, file);
  } catch (error) {
    const message = `The configuration could not be imported: ${importProblem(error)}`;
    return { config: {}, diagnostics: [{ code: "config-import", severity: "error", message, file }] };
  }
}

function notInstalled(project: Project): Diagnostic[] {
  return missingPlugins(project.dir).map((name) => ({
    code: "plugin-not-installed",
    severity: "warning",
    message: `package.json names ${name}, which is not installed: npm install`,
    file: join(project.dir, "package.json"),
  }));
}

/** The plugins that a project has, whether they can be imported or not. */
export function pluginsOf(project: Project): PluginPlace[] {
  return project.isProject ? findPlugins(project.dir) : [];
}
