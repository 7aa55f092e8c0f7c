// The thread or process in which a step that says `isolate` runs its node.
import { findProject, loadProject } from "@pawl/flows";
import { serveNodes } from "@pawl/flows/workers";
import { ownNodes, provided } from "../open-project.ts";

await serveNodes((projectDir) =>
  loadProject(findProject(projectDir), { importCode: true, provide: provided, nodes: ownNodes }),
);
