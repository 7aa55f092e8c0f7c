import { join } from "node:path";
import { createLogger } from "@pawl/hooks/guard";
import { createMemoryTransport, parseNetwork, type RunningNetwork, specialBodies, startNetwork } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { networkText, until } from "../networks.ts";

const pods = join(import.meta.dirname, "..", "fixtures", "pods");

async function start(pod: string): Promise<{ run: RunningNetwork; lines: string[] }> {
  const text = networkText(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: pod });
  const { network, diagnostics } = parseNetwork(text, { file: join(pods, "net.yaml") });
  expect(diagnostics).toEqual([]);
  const lines: string[] = [];
  const log = createLogger((level, message) => void lines.push(`${level} ${message}`));
  const run = await startNetwork(network!, {
    transport: createMemoryTransport(),
    special: specialBodies({ log }),
    log,
    random: () => 0,
  });
  onTestFinished(() => run.stop({ drainTimeoutMs: 50 }));
  return { run, lines };
}

const send = (run: RunningNetwork, payload: object) => run.send("g", { payload: payload as never, headers: {} });

async function outputs(run: RunningNetwork): Promise<Record<string, unknown>[]> {
  return (await run.line.outputs(2)).results.map(({ text }) => JSON.parse(text));
}

describe("a pod that runs in a worker", () => {
  test("answers, logs, and throws what decides over retries", async () => {
    const { run, lines } = await start("module: ./heavy.ts, isolate: worker");
    await send(run, { do: "double", n: 21 });
    await send(run, { do: "log", n: 1 });
    await send(run, { do: "throw", n: 2 });
    await until(async () => (await outputs(run)).length === 2 && (await run.line.deadLetters.count()) === 1);
    expect((await outputs(run)).find((output) => output.do === "double")).toMatchObject({
      double: 42,
      id: expect.stringContaining("/"),
    });
    expect(lines).toContain("info heavy 1");
    expect((await run.line.deadLetters.list())[0]).toMatchObject({
      reason: "rejected",
      attempts: 1,
      error: "not this one",
    });
  });

  test("can block for ever: it is ended when its time is up, and the loop of the others goes on", async () => {
    const { run } = await start(
      "module: ./heavy.ts, cpu: true, timeout: 2s, retry: { attempts: 2, initialDelay: 1ms }",
    );
    await send(run, { do: "double", n: 1 });
    await until(async () => (await outputs(run)).length === 1);
    await send(run, { do: "block", n: 2 });
    await until(async () => (await run.line.deadLetters.count()) === 1, 20_000);
    expect((await run.line.deadLetters.list())[0]).toMatchObject({ reason: "timeout" });
    await send(run, { do: "double", n: 3 });
    await until(async () => (await outputs(run)).length === 2, 20_000);
    expect(run.parts.stats[1]!.blocked).toBe(0);
  });

  test("can end its thread without ending anything else", async () => {
    const { run } = await start("module: ./heavy.ts, isolate: worker, retry: { attempts: 2, initialDelay: 1ms }");
    await send(run, { do: "exit", n: 1 });
    await until(async () => (await run.line.deadLetters.count()) === 1);
    await send(run, { do: "double", n: 2 });
    await until(async () => (await outputs(run)).length === 1);
  });
});

describe("a pod that is a program", () => {
  test("gets one line of JSON per message, and answers, skips or refuses", async () => {
    const { run } = await start("command: [python3, ./double.py], retry: { attempts: 2, initialDelay: 1ms }");
    await send(run, { n: 4 });
    await send(run, { n: 1, skip: true });
    await send(run, { n: 1, fail: true });
    await until(async () => (await outputs(run)).length === 1 && (await run.line.deadLetters.count()) === 1);
    expect(await outputs(run)).toEqual([{ n: 8, hook: "on_receive_relay", pod: "r" }]);
    expect((await run.line.deadLetters.list())[0]).toMatchObject({ reason: "failed", attempts: 2 });
  });

  test("that does not exist is a failure of its messages and of nothing else", async () => {
    const { run } = await start("command: [./no-such-program], retry: { attempts: 2, initialDelay: 1ms }");
    await send(run, { n: 4 });
    await until(async () => (await run.line.deadLetters.count()) === 1);
  });
});
