// A worker process of `pawl serve`: executes the runs that the server sends it.
import { findProject, loadProject } from "@pawl/flows";
import { serveRuns } from "@pawl/flows/workers";
import { ownNodes, provided } from "../open-project.ts";

await serveRuns(async (projectDir) => {
  const { nodes, hooks, functions, config } = await loadProject(findProject(projectDir), {
    importCode: true,
    provide: provided,
    hostNodes: ownNodes,
  });
  return { nodes, hooks, functions, secrets: config.secrets };
});
