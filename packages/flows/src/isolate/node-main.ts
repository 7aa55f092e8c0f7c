import { findProject } from "../project/find-project.ts";
import { loadProject } from "../project/load-project.ts";
import { serveNodes } from "./serve-nodes.ts";

// The inside of a thread or process: nodes of a project, without those that a program adds.
void serveNodes((projectDir) => loadProject(findProject(projectDir), { importCode: true }));
