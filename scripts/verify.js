// `npm run verify` = check + test, and one line that sums them up. This is what CI runs.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSteps, runTool } from "./run-steps.js";

const folder = mkdtempSync(join(tmpdir(), "pawl-verify-"));
const counts = join(folder, "counts.ndjson");
const failed = runSteps([
  ["check", () => runTool("node", ["scripts/check.js"], { PAWL_TEST_COUNTS: counts })],
  ["test", () => runTool("node", ["scripts/test.js"], { PAWL_TEST_COUNTS: counts })],
]);
const total = { passed: 2 - failed.length, failed: failed.length, skipped: 0 };
try {
  for (const line of readFileSync(counts, "utf8").trim().split("\n")) {
    const count = JSON.parse(line);
    for (const key of Object.keys(total)) total[key] += count[key];
  }
} catch {
  total.failed += 1;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
