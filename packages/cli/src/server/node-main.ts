// The thread or process in which a step that says `isolate` runs its node.
import { findProject, loadProject, readKeptPlugins } from "@pawl/flows";
import { serveNodes } from "@pawl/flows/workers";
import { ownNodes, provided } from "../open-project.ts";

await serveNodes((projectDir) => {
  const project = findProject(projectDir);
  return loadProject(project, {
    importCode: true,
    provide: provided,
    hostNodes: ownNodes,
    kept: readKeptPlugins(project),
  });
});
