// A worker process of `pawl serve`: executes the runs that the server sends it.
import { findProject, loadProject, readKeptPlugins } from "@pawl/flows";
import { serveRuns } from "@pawl/flows/workers";
import { onGuardCall } from "@pawl/hooks/guard";
import { builtFile } from "../built-file.ts";
import { ownNodes, probing, provided } from "../open-project.ts";
import { wantsExport } from "../otlp/open-export.ts";

// The server sends the spans of this process with its own, when there is somebody to send them to.
if (wantsExport(process.env)) onGuardCall(() => {}, { spans: true });

await serveRuns(async (projectDir) => {
  const project = findProject(projectDir);
  const kept = readKeptPlugins(project);
  const options = { importCode: true, provide: provided, hostNodes: ownNodes, kept, probe: probing() };
  const { nodes, hooks, functions, config } = await loadProject(project, options);
  return { nodes, hooks, functions, secrets: config.secrets, isolateProgram: builtFile("server/node-main.js") };
});
