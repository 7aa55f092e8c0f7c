import { join } from "node:path";
import { traceIdOf } from "@pawl/hooks/trace";
import { createSqliteTransport, type Network, type RunningNetwork, readHistory, startNetwork } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { Reject } from "../../src/pod/refusal.ts";
import { closing, fan, line, network, temporaryFolder, until } from "../networks.ts";

type Hooks = NonNullable<Parameters<typeof startNetwork>[1]["hooks"]>;

async function started(of: Network, hooks: Hooks = {}, file = join(temporaryFolder(), "networks.db")) {
  const transport = closing(createSqliteTransport({ file }));
  const run = await startNetwork(of, { transport, hooks });
  onTestFinished(() => run.stop());
  return { run, transport, file };
}

async function send(run: RunningNetwork, payload: object, traceparent?: string): Promise<string> {
  const carried = traceparent === undefined ? {} : { carried: { traceparent } };
  const sent = await run.send("g", { payload: payload as never, headers: {}, ...carried });
  const { correlationId } = sent as { correlationId: string };
  await until(async () => (await run.line.pending(correlationId)) === 0);
  await run.line.flush();
  return correlationId;
}

const outer = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

describe("what is remembered of a message", () => {
  test("names every pod it passed in order, with attempt, time and outcome, and the branch that was suppressed", async () => {
    let tries = 0;
    const { run, file } = await started(fan({ c: "retry: { initial_delay: 1ms }" }), {
      b: () => undefined,
      c: (payload: object) => {
        if (++tries < 3) throw new Error("not yet");
        return payload;
      },
    });
    const id = await send(run, { n: 1 });
    const [message, ...others] = readHistory(file, { correlationId: id.slice(0, 30) });
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      network: "n",
      correlationId: id,
      traceId: traceIdOf(id),
      waiting: [],
      deadLetters: [],
    });
    expect(message!.passages.map(({ pod, outcome, attempt }) => `${pod} ${outcome} ${attempt}`)).toEqual([
      "g sent 1",
      "f sent 1",
      "a sent 1",
      "b suppressed 1",
      "c sent 3",
      "j sent 1",
      "s done 1",
    ]);
    for (const { endedAt, durationMs } of message!.passages) {
      expect(Math.abs(endedAt - Date.now())).toBeLessThan(60_000);
      expect(durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  test("is found by the trace it came with, by its own, and by the beginning of both", async () => {
    const { run, file } = await started(line);
    const brought = await send(run, { n: 1 }, outer);
    const own = await send(run, { n: 2 });
    expect(readHistory(file, { traceId: "a".repeat(12) })).toMatchObject([
      { correlationId: brought, traceparent: outer },
    ]);
    expect(readHistory(file, { traceId: traceIdOf(own) })).toMatchObject([
      { correlationId: own, traceparent: undefined },
    ]);
    expect(readHistory(file, { traceId: traceIdOf(own).slice(0, 25) })).toMatchObject([{ correlationId: own }]);
    expect(readHistory(file, { traceId: "c".repeat(32) })).toEqual([]);
    expect(readHistory(join(temporaryFolder(), "none.db"), { traceId: "c" })).toEqual([]);
  });

  test("says where it was given up, with its dead letter, and that the others were told", async () => {
    const { run, file } = await started(fan(), {
      b: () => {
        throw new Reject(422, "not with me");
      },
    });
    const id = await send(run, { n: 1 });
    const [message] = readHistory(file, { correlationId: id });
    expect(message!.passages.find(({ pod }) => pod === "b")).toMatchObject({ outcome: "rejected", attempt: 1 });
    expect(message!.deadLetters).toMatchObject([{ pod: "b", reason: "rejected", error: "not with me" }]);
    expect(message!.passages.at(-1)).toMatchObject({ pod: "s", outcome: "done" });
  });

  test("that nobody waits for is remembered too", async () => {
    const { run, file } = await started(line, { r: () => undefined });
    const id = await send(run, { n: 1 });
    const [message] = readHistory(file, { correlationId: id });
    expect(message!.passages.map(({ pod, outcome }) => `${pod} ${outcome}`)).toEqual(["g sent", "r suppressed"]);
  });

  test("goes on where messages of two origins have met", async () => {
    const joined = network(["g:gateway", "h:gateway", "j:aggregator", "s:sink"], ["g>j", "h>j", "j>s"], {
      j: "correlate: { key: /k }",
    });
    const { run, file } = await started(joined);
    const sent = await run.send("g", { payload: { k: 1 }, headers: {} });
    const first = (sent as { correlationId: string }).correlationId;
    await run.send("h", { payload: { k: 1 }, headers: {} });
    await until(async () => (await run.line.outputs(3)).count === 1);
    await run.line.flush();
    const found = readHistory(file, { correlationId: first });
    expect(found).toHaveLength(2);
    expect(found[0]!.passages.map(({ pod }) => pod)).toEqual(["g", "j"]);
    expect(found[0]!.passages[1]!.into).toBe(found[1]!.correlationId);
    expect(found[1]!.passages.map(({ pod }) => pod)).toEqual(["j", "s"]);
  });

  test("outlives a restart and a change of the network's file", async () => {
    const { run, transport, file } = await started(line);
    const id = await send(run, { n: 1 });
    await run.stop();
    await transport.close();
    const changed = network(["h:gateway", "x:sink", "g:gateway", "r:relay", "s:sink"], ["h>x", "r>s", "g>r"]);
    await started(changed, {}, file);
    const [message] = readHistory(file, { correlationId: id });
    expect(message!.passages.map(({ pod, outcome }) => `${pod} ${outcome}`)).toEqual(["g sent", "r sent", "s done"]);
  });
});
