import type { PluginPlace, Project } from "@pawl/flows";
import type { Call } from "../../command.ts";
import { probing, provided } from "../../open-project.ts";
import { type PluginReport, reportOf } from "./report.ts";

/**
 * Imports plugins in a process of their own: one that blocks, exits or eats memory only fails its own report.
 * @param importConfig whether the code of the project beside them may be imported here
 */
export async function inspectPlugins(
  call: Call,
  { project, places, importConfig }: InspectOptions,
): Promise<readonly PluginReport[]> {
  if (places.length === 0) return [];
  const { lookAtPlugins } = await import("@pawl/flows");
  const options = { provide: provided, probe: probing(call.signal), importConfig };
  const found = await lookAtPlugins(project, places, options);
  return places.map((place) => {
    const { plugin, diagnostics } = found.get(place.source)!;
    return reportOf(place, plugin, diagnostics);
  });
}

interface InspectOptions {
  readonly project: Project;
  readonly places: readonly PluginPlace[];
  readonly importConfig: boolean;
}
