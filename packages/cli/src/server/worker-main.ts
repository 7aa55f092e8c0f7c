// A worker process of `pawl serve`: executes the runs that the server sends it.
import { findProject, loadProject, readKeptPlugins } from "@pawl/flows";
import { serveRuns } from "@pawl/flows/workers";
import { ownNodes, provided } from "../open-project.ts";

await serveRuns(async (projectDir) => {
  const project = findProject(projectDir);
  const options = { importCode: true, provide: provided, nodes: ownNodes, kept: readKeptPlugins(project) };
  const { nodes, hooks, functions, config } = await loadProject(project, options);
  return { nodes, hooks, functions, secrets: config.secrets };
});
