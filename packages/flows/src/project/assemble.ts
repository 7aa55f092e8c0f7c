import { type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
import { functionNames } from "../expression/cel-functions.ts";
import { createFunctionSet } from "../expression/function-set.ts";
import { createNodeRegistry } from "../nodes/registry.ts";
import { checkPlugin, type LoadedPlugin } from "../plugins/check-plugin.ts";
import { createTriggerRegistry } from "../triggers/registry.ts";
import type { ProjectConfig } from "./config.ts";
import type { Project } from "./find-project.ts";
import type { LoadedProject } from "./loaded-project.ts";

export interface Parts
  extends Pick<LoadedProject, "config" | "configDiagnostics" | "code" | "diagnostics" | "isPartial" | "hostNodes"> {}

/** Puts together what the configuration and the plugins bring: names that come twice are told, and the first is used. */
export function assemble(project: Project, parts: Parts): LoadedProject {
  const { config, configDiagnostics, code, diagnostics, isPartial, hostNodes } = parts;
  const imported = [...code.plugins.values()];
  const plugins = imported.flatMap(({ plugin }) => plugin ?? []);
  const own = ownPlugin(project, config);
  const sources = own ? [own.plugin, ...plugins] : plugins;
  const broken = [...code.plugins].filter(([, each]) => !each.plugin || hasErrors(each.diagnostics));
  const brokenSources = broken.map(([source]) => source);
  const nodes = createNodeRegistry(sources, hostNodes, brokenSources);
  const triggers = createTriggerRegistry(sources, brokenSources);
  const functions = createFunctionSet(sources, functionNames);
  return {
    project,
    config,
    plugins,
    code,
    configDiagnostics,
    nodes,
    hostNodes,
    triggers,
    hooks: sources.flatMap((plugin) => plugin.hooks),
    inputCollectors: sources.flatMap((plugin) => plugin.inputCollectors),
    functions,
    diagnostics: [
      ...diagnostics,
      ...imported.flatMap((each) => each.diagnostics),
      ...(own?.diagnostics ?? []),
      ...nodes.diagnostics,
      ...triggers.diagnostics,
      ...functions.diagnostics,
      ...sameCollectors(sources),
    ],
    isPartial,
  };
}

/** What `pawl.config.*` brings itself is a plugin too. */
function ownPlugin(project: Project, config: ProjectConfig): ReturnType<typeof checkPlugin> | undefined {
  const { nodes, triggers, stepHooks: hooks, inputCollectors, functions } = config;
  if (!nodes && !triggers && !hooks && !inputCollectors && !functions) return undefined;
  const place = { source: "pawl.config", file: project.configFile ?? "pawl.config" };
  return checkPlugin({ name: project.name, nodes, triggers, hooks, inputCollectors, functions }, place);
}

/** Both are asked: a message that names one of them could mean either. */
function sameCollectors(sources: readonly LoadedPlugin[]): Diagnostic[] {
  const first = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const { source, inputCollectors } of sources) {
    for (const { name } of inputCollectors) {
      const known = first.get(name);
      first.set(name, known ?? source);
      if (known === undefined) continue;
      const message = `The input collector "${name}" is defined by ${known} and again by ${source}. Both are asked.`;
      diagnostics.push({ code: "duplicate-input-collector", severity: "warning", message });
    }
  }
  return diagnostics;
}
