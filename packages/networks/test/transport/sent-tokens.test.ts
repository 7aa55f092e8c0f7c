import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createSqliteTransport, type RunningNetwork, startNetwork } from "../../src/index.ts";
import { network } from "../networks.ts";

const line = network(["g:gateway", "s:sink"], ["g>s"]);

async function running(): Promise<{ run: RunningNetwork; file: string }> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-kept-"));
  const file = join(folder, "networks.db");
  const transport = createSqliteTransport({ file });
  const run = await startNetwork(line, { transport });
  onTestFinished(async () => {
    await run.stop({ drainTimeoutMs: 50 });
    await transport.close();
    rmSync(folder, { recursive: true });
  });
  return { run, file };
}

test("a sink without a hook keeps a message with the step that brings it, and it never waits there", async () => {
  const { run, file } = await running();
  await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: "a" });
  expect(await run.line.outputs(1)).toMatchObject({ count: 1, results: [{ number: 1, text: '{"n":1}' }] });
  expect(run.line.passages?.("a").map(({ pod, outcome }) => [pod, outcome])).toEqual([
    ["g", "sent"],
    ["s", "done"],
  ]);
  const [, sink] = (await run.status()).pods;
  expect([sink?.received, sink?.backlog.messages]).toEqual([1, 0]);
  const other = openDatabase(file);
  expect(other.prepare("SELECT count(*) AS n FROM tokens").get()).toEqual({ n: 0 });
  other.close();
});

test("a message that comes twice is kept once, and the numbers of what is kept have no gap", async () => {
  const { run } = await running();
  for (const correlationId of ["a", "a", "b"]) await run.send("g", { payload: {}, headers: {}, correlationId });
  const { count, results } = await run.line.outputs(1);
  expect([count, results.map(({ number }) => number)]).toEqual([2, [1, 2]]);
});

test("who waits for it is told all the same", async () => {
  const { run } = await running();
  const settled = run.waitFor("g", "a", 5_000);
  await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: "a", isAwaited: true });
  expect(await settled).toMatchObject({ results: { s: { n: 1 } } });
});
