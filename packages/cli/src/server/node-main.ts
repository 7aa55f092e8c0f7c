// The thread or process in which a step that says `isolate` runs its node.
import { findProject, loadNodes, readKeptPlugins } from "@pawl/flows";
import { serveNodes } from "@pawl/flows/workers";
import { ownNodes, probing, provided } from "../open-project.ts";

await serveNodes(({ projectDir, plugin }) => {
  const project = findProject(projectDir);
  const kept = readKeptPlugins(project);
  return loadNodes(project, { plugin, provide: provided, hostNodes: ownNodes, kept, probe: probing() });
});
