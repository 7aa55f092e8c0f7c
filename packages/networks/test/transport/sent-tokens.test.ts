import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createSqliteTransport, type RunningNetwork, startNetwork } from "../../src/index.ts";
import { network } from "../networks.ts";

type Hooks = NonNullable<Parameters<typeof startNetwork>[1]["hooks"]>;

const line = network(["g:gateway", "s:sink"], ["g>s"]);

async function running(of = line, hooks: Hooks = {}): Promise<{ run: RunningNetwork; file: string }> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-kept-"));
  const file = join(folder, "networks.db");
  const transport = createSqliteTransport({ file });
  const run = await startNetwork(of, { transport, hooks });
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

test("what is told of each of several such sinks is found with the step that sent to them", async () => {
  const fan = network(["g:gateway", "d:distributor", "x:sink", "y:sink"], ["g>d", "d>x", "d>y"]);
  const { run } = await running(fan, { d: (payload: object) => payload });
  const ids = ["a", "b", "c"];
  await Promise.all(ids.map((correlationId) => run.send("g", { payload: { n: 1 }, headers: {}, correlationId })));
  await run.idle();
  for (const id of ids) {
    expect(run.line.passages?.(id).map(({ pod, outcome }) => [pod, outcome])).toEqual([
      ["g", "sent"],
      ["d", "sent"],
      ["x", "done"],
      ["y", "done"],
    ]);
  }
});

test("what an older Pawl has kept, with a row of its own for the end, is read as before", async () => {
  const { run, file } = await running();
  await run.send("g", { payload: {}, headers: {}, correlationId: "a" });
  const other = openDatabase(file);
  const add = (seq: number, ...entries: string[]) =>
    other.prepare("INSERT INTO history VALUES (?, ?)").run(seq, `[${entries.join(",")}]`);
  const entry = (pod: string, id: string, outcome: string) => `[1,"${pod}","${id}",1,0,1,"${outcome}",null]`;
  add(103, entry("g", "old", "sent"), entry("x", "other", "sent"), entry("s", "old", "done"));
  other.prepare("INSERT INTO seen_a VALUES (1, 'old', 0, 101)").run();
  other.prepare("INSERT INTO seen_a VALUES (1, 'old', -1, 103)").run();
  other.close();
  expect(run.line.passages?.("old").map(({ pod, outcome }) => [pod, outcome])).toEqual([
    ["g", "sent"],
    ["s", "done"],
  ]);
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
