import { createNodeRegistry, type NodeRegistry } from "../nodes/registry.ts";
import type { Project } from "./find-project.ts";
import { importPlugins } from "./import-plugins.ts";
import { type LoadOptions, loaderOf, loadProject, pluginsOf } from "./load-project.ts";

export interface LoadNodesOptions extends Omit<LoadOptions, "importCode"> {
  /** The source of the one plugin that is wanted, and then imported whatever it says of isolation. Default: the whole project. */
  readonly plugin: string | undefined;
}

/** The nodes that run where this is called, which is apart from everything else. */
export async function loadNodes(
  project: Project,
  { plugin, ...options }: LoadNodesOptions,
): Promise<{ readonly nodes: NodeRegistry }> {
  if (plugin === undefined) return loadProject(project, { ...options, importCode: true });
  const places = pluginsOf(project).filter(({ source }) => source === plugin);
  const importing = { loader: await loaderOf(project, options), config: {}, findings: undefined };
  const { plugins } = await importPlugins(places, importing, options.kept);
  const found = plugins.get(plugin);
  if (found?.plugin === undefined) {
    throw new Error(found?.diagnostics[0]?.message ?? `${plugin} is not there any more.`);
  }
  return { nodes: createNodeRegistry([found.plugin]) };
}
