import { findProject } from "../project/find-project.ts";
import { loadNodes } from "../project/load-nodes.ts";
import { serveNodes } from "./serve-nodes.ts";

// The inside of a thread or process: nodes of a project, without those that a program adds.
void serveNodes(({ projectDir, plugin }) => loadNodes(findProject(projectDir), { plugin }));
