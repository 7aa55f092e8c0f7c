import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { BuiltInNode } from "../nodes/built-in.ts";
import { findPlugins, missingPlugins, type PluginPlace } from "../plugins/find-plugins.ts";
import { importProblem } from "../plugins/import-problem.ts";
import { createModuleLoader, type ModuleLoader, type ProvidedModules } from "../plugins/module-loader.ts";
import { versionProblem } from "../plugins/version-problem.ts";
import type { Findings, ProbeOptions } from "../probe/probe.ts";
import { assemble } from "./assemble.ts";
import { checkConfig, type ProjectConfig } from "./config.ts";
import type { Project } from "./find-project.ts";
import { importPlugins } from "./import-plugins.ts";
import { noCode } from "./imported-code.ts";
import type { KeptPlugins } from "./kept-plugins.ts";
import type { LoadedProject } from "./loaded-project.ts";
import { limitsIn } from "./plugin-settings.ts";
import { modulesIn } from "./state-folder.ts";

export interface LoadOptions {
  /** Whether code of the project may be imported: plugins and `pawl.config.*`. */
  readonly importCode: boolean;
  /** Modules that the project's code can import beside `@pawl/flows`, `@pawl/hooks` and `zod`. */
  readonly provide?: ProvidedModules;
  /** Nodes that the host has beside the built-in ones. */
  readonly hostNodes?: readonly BuiltInNode[];
  /** Plugins as they were before, in case what stands there now is broken. Default: none. */
  readonly kept?: KeptPlugins;
  /**
   * Plugins are looked at in a process of their own before they are imported here, and isolated ones are not imported here
   * at all. Default: they are imported as they are, which is for processes that are apart themselves.
   */
  readonly probe?: ProbeOptions;
}

/** Imports the configuration and the plugins of a project, as far as that is allowed. Flow files are read apart. */
export async function loadProject(project: Project, options: LoadOptions): Promise<LoadedProject> {
  const places = pluginsOf(project);
  const hasCode = places.length > 0 || project.configFile !== undefined;
  const found = problemsOf(project, places);
  const { hostNodes = [] } = options;
  if (!hasCode || !options.importCode) {
    const nothing = { config: {}, configDiagnostics: [], code: noCode };
    return assemble(project, { ...nothing, diagnostics: found, isPartial: hasCode, hostNodes });
  }
  const loader = await loaderOf(project, options);
  const { config, diagnostics: configDiagnostics } = await loadConfig(project, loader);
  const findings = await findingsOf(project, places, { config, probe: options.probe });
  const code = await importPlugins(places, { loader, config, findings }, options.kept);
  const diagnostics = [...configDiagnostics, ...found];
  return assemble(project, { config, configDiagnostics, code, diagnostics, isPartial: false, hostNodes });
}

/** What a look at the plugins finds, if there are any and they are to be looked at. */
export async function findingsOf(
  project: Project,
  places: readonly PluginPlace[],
  { config, probe }: { readonly config: ProjectConfig; readonly probe: ProbeOptions | undefined },
): Promise<Findings | undefined> {
  if (probe === undefined || places.length === 0) return undefined;
  const { probePlugins } = await import("../probe/probe.ts");
  return probePlugins(project, places, { ...probe, ...limitsIn(config) });
}

/** What can be said of plugins without importing them. */
export function problemsOf(project: Project, places: readonly PluginPlace[]): Diagnostic[] {
  if (!project.isProject) return [];
  return [...notInstalled(project), ...places.flatMap((place) => versionProblem(place) ?? [])];
}

/** Imports the code of a project as it is now. */
export function loaderOf(project: Project, { provide = {} }: Pick<LoadOptions, "provide">): Promise<ModuleLoader> {
  return createModuleLoader({ projectDir: project.dir, cacheDir: modulesIn(project.stateDir), provide });
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
