import { createLogger } from "@pawl/hooks/guard";
import {
  type HookFunction,
  type Network,
  NonRetryable,
  type PodContext,
  type RunningNetwork,
  replay,
  startNetwork,
  type Transport,
} from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { engines, fan, line, network, until } from "../networks.ts";

interface Started {
  readonly run: RunningNetwork;
  readonly lines: string[];
}

async function start(net: Network, transport: Transport, hooks: Record<string, HookFunction>): Promise<Started> {
  const lines: string[] = [];
  const log = createLogger((level, message) => void lines.push(`${level} ${message}`));
  const run = await startNetwork(net, { transport, hooks, random: () => 0, log });
  onTestFinished(() => run.stop({ drainTimeoutMs: 50 }));
  return { run, lines };
}

const send = (run: RunningNetwork, payload: object) => run.send("g", { payload: payload as never, headers: {} });

async function outputs(run: RunningNetwork): Promise<unknown[]> {
  const sink = run.network.pods.findIndex((pod) => pod.type === "sink");
  return (await run.line.outputs(sink)).results.map(({ text }) => JSON.parse(text));
}

describe.each(engines)("on the %s engine", (_, make) => {
  test("a pod without a hook passes messages on", async () => {
    const { run } = await start(line, await make(), {});
    await send(run, { a: 1 });
    await until(async () => (await outputs(run)).length === 1);
    expect(await outputs(run)).toEqual([{ a: 1 }]);
  });

  test("a hook that fails is tried again, with the same id and the next attempt, on a payload it has not touched", async () => {
    const calls: unknown[] = [];
    const { run } = await start(
      network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "retry: 3" }),
      await make(),
      {
        r: (payload: Record<string, unknown>, { id, attempt }: PodContext) => {
          calls.push([id, attempt, { ...payload }]);
          payload.touched = true;
          if (attempt < 3) throw new Error("not yet");
          return payload;
        },
      },
    );
    await send(run, { a: 1 });
    await until(async () => (await outputs(run)).length === 1);
    const id = (calls[0] as unknown[])[0];
    expect(calls).toEqual([1, 2, 3].map((attempt) => [id, attempt, { a: 1 }]));
  });

  test.each([
    ["throws for ever", () => Promise.reject(new Error("no")), "failed", 2],
    ["says that trying again is of no use", () => Promise.reject(new NonRetryable("bad order")), "rejected", 1],
    ["returns a number", () => 7, "bad-return", 1],
    ["returns a list", () => [1], "bad-return", 1],
    ["returns a circle", () => circle(), "bad-return", 1],
    ["returns a BigInt", () => ({ n: 1n }), "bad-return", 1],
    ["never returns", () => new Promise(() => {}), "timeout", 2],
  ])(
    "a hook that %s ends in the dead letters, and the way behind it is told",
    async (_name, hook, reason, attempts) => {
      const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "retry: 2, timeout: 30ms" });
      const { run } = await start(net, await make(), { r: hook as HookFunction });
      const settled = run.waitFor("g", "c1", 5_000);
      await run.send("g", { payload: { a: 1 }, headers: {}, correlationId: "c1", isAwaited: true });
      expect(await settled).toEqual({ results: {}, suppressed: [], failed: ["s"] });
      const [letter] = await run.line.deadLetters.list();
      expect(letter).toMatchObject({ pod: "r", reason, attempts });
      expect(letter!.envelopes[0]).toMatchObject({ corr: "c1", from: "g", to: "r", data: { a: 1 } });
    },
  );

  test("a dead letter that is replayed goes its way under a new id, and the aggregator closes", async () => {
    let isBroken = true;
    const { run } = await start(fan({ b: "retry: 1" }), await make(), {
      b: (payload: object) => {
        if (isBroken) throw new Error("down");
        return payload;
      },
    });
    await send(run, { n: 1 });
    await until(async () => (await outputs(run)).length === 1);
    isBroken = false;
    const [letter] = await run.line.deadLetters.list();
    const correlationId = await replay(run.line, letter!, Date.now());
    await until(async () => (await outputs(run)).length === 2);
    expect(correlationId).not.toBe(letter!.envelopes[0]!.corr);
    expect(await outputs(run)).toEqual([{ results: [{ n: 1 }, { n: 1 }] }, { results: [{ n: 1 }] }]);
    expect(await run.line.deadLetters.count()).toBe(0);
    expect(run.network.pods.reduce((sum, pod) => sum + (run.parts.openSets(pod)?.open ?? 0), 0)).toBe(0);
  });

  test("concurrency: 1 keeps the order, also over retries", async () => {
    const seen: number[] = [];
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "concurrency: 1" });
    const { run } = await start(net, await make(), {
      r: async (payload: { n: number }, { attempt }: PodContext) => {
        if (payload.n % 3 === 0 && attempt === 1) throw new Error("again");
        seen.push(payload.n);
        return payload;
      },
    });
    for (let n = 0; n < 12; n++) await send(run, { n });
    await until(async () => (await outputs(run)).length === 12);
    expect(seen).toEqual([...Array(12).keys()]);
  });

  test("no more hooks of a pod are open than its concurrency", async () => {
    let open = 0;
    let most = 0;
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "concurrency: 3" });
    const { run } = await start(net, await make(), {
      r: async (payload: object) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open--;
        return payload;
      },
    });
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(run, { n })));
    await until(async () => (await outputs(run)).length === 20);
    expect(most).toBe(3);
  });

  test("stopping lets running hooks end, and what waits goes on in the next life", async () => {
    let entered = 0;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { run } = await start(
      network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "concurrency: 2" }),
      await make(),
      {
        r: async (payload: object) => {
          entered++;
          await held;
          return payload;
        },
      },
    );
    for (let n = 0; n < 6; n++) await send(run, { n });
    await until(() => entered === 2);
    const stopping = run.stop();
    letGo();
    await stopping;
    expect(entered).toBe(2);
    expect(run.isReady).toBe(false);
    await expect(send(run, {})).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a hook that blocks the loop is named", async () => {
    const { run, lines } = await start(line, await make(), {
      r: (payload: object) => {
        const end = Date.now() + 150;
        while (Date.now() < end);
        return payload;
      },
    });
    await send(run, {});
    await until(async () => (await outputs(run)).length === 1);
    expect(lines.some((text) => text.startsWith("warn The hook of n/r held the event loop for 1"))).toBe(true);
    expect(run.parts.stats[1]!.blocked).toBe(1);
  });

  test("a hook that blocks the loop after its first await is named too", async () => {
    const { run, lines } = await start(line, await make(), {
      r: async (payload: object) => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        const end = Date.now() + 250;
        while (Date.now() < end);
        await new Promise((resolve) => setTimeout(resolve, 120));
        return payload;
      },
    });
    await send(run, {});
    await until(() => lines.some((text) => text.includes("The hook of n/r held the event loop")));
  });
});

function circle(): object {
  const made: Record<string, unknown> = {};
  made.self = made;
  return made;
}
