import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMemoryStore, createTriggerRegistry, event, trigger } from "@pawl/flows";
import { createSqliteTransport, type RunningNetworks, startNetworks } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { closing, networkText, temporaryFolder, until } from "../networks.ts";

function project(gateway: string, type = "initiator"): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "networks"));
  writeFileSync(join(dir, "networks", "n.yaml"), networkText([`g:${type}`, "s:sink"], ["g>s"], { g: gateway }));
  return dir;
}

async function start(dir: string, more: object = {}): Promise<RunningNetworks> {
  const transport = closing(createSqliteTransport({ file: join(dir, "networks.db") }));
  const networks = await startNetworks(dir, { transport, ...more });
  onTestFinished(() => networks.stop({ drainTimeoutMs: 50 }));
  expect(networks.diagnostics).toEqual([]);
  return networks;
}

async function outputs(networks: RunningNetworks): Promise<unknown[]> {
  const run = networks.runs.get("n")!;
  return (await run.line.outputs(1)).results.map(({ text }) => JSON.parse(text));
}

describe("an auto-trigger", () => {
  test("sends as many messages as the file says, through the hook, and none again after a restart", async () => {
    const dir = project("autoTrigger: { count: 3, interval: 5ms, payload: { from: file } }");
    mkdirSync(join(dir, "networks", "n"));
    writeFileSync(
      join(dir, "networks", "n", "g.js"),
      "export const onTrigger = (payload, headers) => ({ ...payload, by: headers['x-trigger'] });",
    );
    const first = await start(dir);
    await until(async () => (await outputs(first)).length === 3);
    expect(await outputs(first)).toEqual(Array.from({ length: 3 }, () => ({ from: "file", by: "auto" })));
    await first.stop();
    const second = await start(dir);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await outputs(second)).toHaveLength(3);
  });

  test("sends again after each start when the file asks for it", async () => {
    const dir = project("autoTrigger: { count: 1, everyStart: true }");
    const first = await start(dir);
    await until(async () => (await outputs(first)).length === 1);
    await first.stop();
    const second = await start(dir);
    await until(async () => (await outputs(second)).length === 2);
  });

  test("whose hook throws stops nothing", async () => {
    const dir = project("autoTrigger: { count: 2, interval: 1ms }");
    mkdirSync(join(dir, "networks", "n"));
    writeFileSync(
      join(dir, "networks", "n", "g.js"),
      "let n = 0; export const onTrigger = () => { if (n++ === 0) throw new Error('not ready'); return { n }; };",
    );
    const networks = await start(dir);
    await until(async () => (await outputs(networks)).length === 1);
    expect(await outputs(networks)).toEqual([{ n: 2 }]);
  });
});

describe("a trigger of flows", () => {
  const ticks = trigger({
    name: "test.ticks",
    input: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as never,
    async *run(_: unknown, { sleep }) {
      yield event({ n: 1 }, { id: "one", attributes: { headers: { "X-Kind": "tick" } } });
      yield event({ n: 1 }, { id: "one" });
      yield "a text";
      await sleep(60_000);
    },
  });

  test.each(["initiator", "gateway"])(
    "feeds a %s: one event is one message, through its hook, and the same event is one",
    async (type) => {
      const dir = project("trigger: { uses: test.ticks }", type);
      mkdirSync(join(dir, "networks", "n"));
      writeFileSync(
        join(dir, "networks", "n", "g.js"),
        "export const onTrigger = (payload, headers) => ({ ...payload, kind: headers['x-kind'] ?? null, by: headers['x-trigger'] });",
      );
      const store = createMemoryStore();
      onTestFinished(() => store.close());
      const registry = createTriggerRegistry([{ source: "the test", triggers: [ticks] }]);
      const networks = await start(dir, { triggers: { store, registry } });
      await until(async () => (await outputs(networks)).length === 2);
      expect(await outputs(networks)).toEqual([
        { n: 1, kind: "tick", by: "test.ticks" },
        { payload: "a text", kind: null, by: "test.ticks" },
      ]);
    },
  );
});
