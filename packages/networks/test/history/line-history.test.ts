import { traceIdOf } from "@pawl/hooks/trace";
import { type Network, type RunningNetwork, startNetwork, type Transport } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { newCorrelationId } from "../../src/envelope/correlation.ts";
import { engines, fan, network, until } from "../networks.ts";

type Hooks = NonNullable<Parameters<typeof startNetwork>[1]["hooks"]>;

async function started(of: Network, transport: Transport, hooks: Hooks = {}): Promise<RunningNetwork> {
  const run = await startNetwork(of, { transport, hooks, random: () => 0 });
  onTestFinished(() => run.stop({ drainTimeoutMs: 50 }));
  return run;
}

const told = ({ passages }: { passages: readonly { pod: string; outcome: string; attempt: number }[] }) =>
  passages.map(({ pod, outcome, attempt }) => `${pod} ${outcome} ${attempt}`);

const outer = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

describe.each(engines)("the %s engine, asked what became of a message,", (_, make) => {
  test("names each pod once in order, what was suppressed, what is dead, and what still waits", async () => {
    let isHeld = true;
    const run = await started(fan({ c: "retry: { attempts: 2, initial_delay: 1ms }" }), await make(), {
      b: () => undefined,
      c: () => {
        throw new Error("poison");
      },
      s: async () => {
        while (isHeld) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const id = newCorrelationId(Date.now());
    await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: id, carried: { traceparent: outer } });
    await run.send("g", { payload: { n: 2 }, headers: {} });
    const until7 = (pods: number) =>
      until(async () => (await run.line.recall({ correlationId: id }))[0]?.passages.length === pods);
    await until7(6);
    const [message, ...others] = await run.line.recall({ correlationId: id.slice(0, 30) });
    expect(others).toEqual([]);
    expect(message).toMatchObject({ network: "n", correlationId: id, traceId: "a".repeat(32), traceparent: outer });
    expect(told(message!)).toEqual(["g sent 1", "f sent 1", "a sent 1", "b suppressed 1", "c failed 2", "j sent 1"]);
    expect(message!.waiting).toMatchObject([{ pod: "s" }]);
    expect(message!.deadLetters).toMatchObject([{ pod: "c", reason: "failed" }]);
    isHeld = false;
    await until7(7);
    const [ended] = await run.line.recall({ traceId: "a".repeat(10) });
    expect(told(ended!).at(-1)).toBe("s done 1");
    await until(async () => (await run.line.recall({ correlationId: id }))[0]!.waiting.length === 0);
  });

  test("finds a message by the trace of its own id, and what several messages have become", async () => {
    const net = network(["g:gateway", "h:gateway", "j:aggregator", "s:sink"], ["g>j", "h>j", "j>s"], {
      j: "correlate: { key: /task }",
    });
    const run = await started(net, await make());
    const own = newCorrelationId(Date.now());
    await run.send("g", { payload: { task: "1" }, headers: {}, correlationId: own });
    await run.send("h", { payload: { task: "1" }, headers: {} });
    const find = () => run.line.recall({ traceId: traceIdOf(own).slice(0, 28) });
    await until(async () => (await find())[1]?.passages.length === 2);
    const [first, joined, ...others] = await find();
    expect(others).toEqual([]);
    expect(told(first!)).toEqual(["g sent 1", "j sent 1"]);
    expect(told(joined!)).toEqual(["j sent 1", "s done 1"]);
    expect(first!.passages[1]!.into).toBe(joined!.correlationId);
    expect(await run.line.recall({ correlationId: "none" })).toEqual([]);
  });
});
