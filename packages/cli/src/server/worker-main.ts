// A worker process of `pawl serve`: executes the runs that the server sends it.
import { findProject, loadProject } from "@pawl/flows";
import { serveRuns } from "@pawl/flows/workers";
import { builtFile } from "../built-file.ts";
import { ownNodes, provided } from "../open-project.ts";

await serveRuns(async (projectDir) => {
  const { nodes, hooks, functions, config } = await loadProject(findProject(projectDir), {
    importCode: true,
    provide: provided,
    nodes: ownNodes,
  });
  return { nodes, hooks, functions, secrets: config.secrets, isolateProgram: builtFile("server/node-main.js") };
});
