// `npm run check`: everything that reads the code without running it.
import { runSteps, runTool } from "./run-steps.js";

const failed = runSteps([
  ["types", () => runTool("tsc", ["-p", "tsconfig.json"])],
  ["lint and format", () => runTool("biome", ["check", "--error-on-warnings", "."])],
  ["dead code", () => runTool("knip", ["--no-progress"])],
  ["architecture", () => runTool("vitest", ["run", "--project", "architecture"])],
  ["packages", () => runTool("node", ["scripts/check-packages.js"])],
]);
process.exit(failed.length === 0 ? 0 : 1);
