import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderCommands } from "./render-commands.ts";
import { renderEvents } from "./render-events.ts";
import { renderFlowFile } from "./render-flow-file.ts";
import { renderHttpApi } from "./render-http-api.ts";
import { renderErrors, renderExitCodes, renderNodes, renderTriggers } from "./render-lists.ts";
import { renderMetrics } from "./render-metrics.ts";

const root = join(import.meta.dirname, "..", "..");
const reference = join(root, "docs", "reference");

// `npm test -- test/docs -u` writes them anew.
describe("the reference is made from the code", () => {
  test.each([
    ["cli.md", renderCommands],
    ["errors.md", renderErrors],
    ["events.md", renderEvents],
    ["flow-file.md", renderFlowFile],
    ["exit-codes.md", renderExitCodes],
    ["built-in-nodes.md", renderNodes],
    ["built-in-triggers.md", renderTriggers],
    ["http-api.md", renderHttpApi],
    ["metrics.md", renderMetrics],
  ])("%s says what the code says", async (file, render) => {
    await expect(await render()).toMatchFileSnapshot(join(reference, file));
  });
});
