// `npm test`: everything but the checks. Arguments go to vitest (`npm test -- packages/hooks`).
import { runTool } from "./run-steps.js";

// `npm run soak` is the same with the long proofs in full.
const isSoak = process.argv[2] === "--soak";
const rest = process.argv.slice(isSoak ? 3 : 2);
const projects = ["--project", "unit", "--project", "end-to-end"];
process.exit(runTool("vitest", ["run", ...projects, ...rest], isSoak ? { PAWL_SOAK: "1" } : {}) ? 0 : 1);
