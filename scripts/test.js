// `npm test`: everything but the checks. Arguments go to vitest (`npm test -- packages/hooks`).
import { runTool } from "./run-steps.js";

const projects = ["--project", "unit", "--project", "end-to-end"];
process.exit(runTool("vitest", ["run", ...projects, ...process.argv.slice(2)]) ? 0 : 1);
