import { join } from "node:path";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { checkStepHook } from "../hooks/order-hooks.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { BuiltInNode } from "../nodes/built-in.ts";
import { createNodeRegistry, type NodeRegistry } from "../nodes/registry.ts";
import type { LoadedPlugin } from "../plugins/check-plugin.ts";
import { findPlugins, type PluginPlace } from "../plugins/find-plugins.ts";
import { importProblem, loadPlugins } from "../plugins/load-plugins.ts";
import { createModuleLoader, type ModuleLoader, type ProvidedModules } from "../plugins/module-loader.ts";
import { createTriggerRegistry, type TriggerRegistry } from "../triggers/registry.ts";
import { checkConfig, type ProjectConfig } from "./config.ts";
import type { Project } from "./find-project.ts";

export interface LoadOptions {
  /** Whether code of the project may be imported: plugins and `pawl.config.*`. */
  readonly importCode: boolean;
  /** Modules that the project's code can import beside `@pawl/flows`, `@pawl/hooks` and `zod`. */
  readonly provide?: ProvidedModules;
  /** Nodes that the host has beside the built-in ones. */
  readonly nodes?: readonly BuiltInNode[];
}

/** A project with everything that its code brings. */
export interface LoadedProject {
  readonly project: Project;
  readonly config: ProjectConfig;
  readonly plugins: readonly LoadedPlugin[];
  readonly nodes: NodeRegistry;
  readonly triggers: TriggerRegistry;
  /** Step hooks in order of registration. */
  readonly hooks: readonly StepExecutionHook[];
  /** What is wrong outside of flow files. None of it keeps the rest from being used. */
  readonly diagnostics: readonly Diagnostic[];
  /** The project has code that was not imported, so that a name which is not known may still exist. */
  readonly isPartial: boolean;
}

/** Imports the configuration and the plugins of a project, as far as that is allowed. Flow files are read apart. */
export async function loadProject(project: Project, options: LoadOptions): Promise<LoadedProject> {
  const places = project.isProject ? findPlugins(project.dir) : [];
  const hasCode = places.length > 0 || project.configFile !== undefined;
  if (!hasCode || !options.importCode) {
    return assemble(project, { config: {}, plugins: [], diagnostics: [], isPartial: hasCode, nodes: options.nodes });
  }
  const cacheDir = join(project.stateDir, "cache", "modules");
  const loader = await createModuleLoader({ projectDir: project.dir, cacheDir, provide: options.provide ?? {} });
  const config = await loadConfig(project, loader);
  const loaded = await loadPlugins(places, loader);
  const diagnostics = [...config.diagnostics, ...loaded.diagnostics];
  const { plugins } = loaded;
  return assemble(project, {
    config: config.config,
    plugins,
    diagnostics,
    isPartial: false,
    nodes: options.nodes,
  });
}

interface Parts extends Pick<LoadedProject, "config" | "plugins" | "diagnostics" | "isPartial"> {
  readonly nodes: LoadOptions["nodes"];
}

function assemble(project: Project, { config, plugins, diagnostics, isPartial, nodes: ofHost }: Parts): LoadedProject {
  const own = ownPlugin(project, config);
  const sources = own ? [own.plugin, ...plugins] : plugins;
  const nodes = createNodeRegistry(sources, ofHost);
  const triggers = createTriggerRegistry(sources);
  return {
    project,
    config,
    plugins,
    nodes,
    triggers,
    hooks: sources.flatMap((plugin) => plugin.hooks),
    diagnostics: [...diagnostics, ...(own?.diagnostics ?? []), ...nodes.diagnostics, ...triggers.diagnostics],
    isPartial,
  };
}

async function loadConfig(project: Project, loader: ModuleLoader): Promise<ReturnType<typeof checkConfig>> {
  const file = project.configFile;
  if (file === undefined) return { config: {}, diagnostics: [] };
  try {
    return checkConfig((await loader.load(file)).default, file);
  } catch (error) {
    const message = `The configuration could not be imported: ${importProblem(error)}`;
    return { config: {}, diagnostics: [{ code: "config-import", severity: "error", message, file }] };
  }
}

/** What `pawl.config.*` brings itself is a plugin too. */
function ownPlugin(
  project: Project,
  config: ProjectConfig,
): { plugin: LoadedPlugin; diagnostics: Diagnostic[] } | undefined {
  if (!config.nodes && !config.triggers && !config.stepHooks) return undefined;
  const source = "pawl.config";
  const problems = (config.stepHooks ?? []).map((hook) => checkStepHook(hook, source));
  const plugin = {
    name: project.name,
    source,
    nodes: config.nodes ?? [],
    triggers: config.triggers ?? [],
    hooks: (config.stepHooks ?? []).filter((_, index) => problems[index] === undefined),
  };
  const file = project.configFile;
  const diagnostics = problems.flatMap((problem) => (problem ? [{ ...problem, ...(file ? { file } : {}) }] : []));
  return { plugin, diagnostics };
}

/** The plugins that a project has, whether they can be imported or not. */
export function pluginsOf(project: Project): PluginPlace[] {
  return project.isProject ? findPlugins(project.dir) : [];
}
