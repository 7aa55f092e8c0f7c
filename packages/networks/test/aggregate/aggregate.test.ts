import {
  type HookFunction,
  type Network,
  type PodContext,
  type RunningNetwork,
  startNetwork,
  type Transport,
} from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { engines, fan, network, until } from "../networks.ts";

type Message = { readonly n: number };

async function start(net: Network, transport: Transport, hooks: Record<string, HookFunction>): Promise<RunningNetwork> {
  const run = await startNetwork(net, { transport, hooks, random: () => 0 });
  onTestFinished(() => run.stop({ drainTimeoutMs: 100 }));
  return run;
}

async function send(run: RunningNetwork, pod: string, payload: object, id?: string, headers = {}): Promise<void> {
  const correlationId = id === undefined ? {} : { correlationId: id };
  const sent = await run.send(pod, { payload: payload as never, headers: {}, carried: headers, ...correlationId });
  expect(sent.status).toBe("accepted");
}

async function outputs(run: RunningNetwork, pod = "s"): Promise<unknown[]> {
  const index = run.network.pods.findIndex((candidate) => candidate.id === pod);
  return (await run.line.outputs(index)).results.map(({ text }) => JSON.parse(text));
}

function openSets(run: RunningNetwork): number {
  return run.network.pods.reduce((sum, pod) => sum + (run.parts.openSets(pod)?.open ?? 0), 0);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const quickly = { a: "retry: { attempts: 2, initialDelay: 1ms }", b: "retry: { attempts: 2, initialDelay: 1ms }" };

describe.each(engines)("on the %s engine, an aggregator", (_, make) => {
  test("closes with the right partials when a branch suppresses, one throws for ever and one is slow", async () => {
    const sets: { n: number; by: string[]; missing: readonly string[] }[] = [];
    const run = await start(fan(quickly), await make(), {
      a: ({ n }: Message) => (n % 2 === 0 ? undefined : { n, by: "a" }),
      b: () => {
        throw new Error("never");
      },
      c: async ({ n }: Message) => {
        await pause(Math.random() * 10);
        return { n, by: "c" };
      },
      j: (partials: { n: number; by: string }[], context: PodContext) => {
        expect(partials.map((partial) => partial.by)).toEqual(context.sources);
        sets.push({ n: partials[0]!.n, by: partials.map((partial) => partial.by).sort(), missing: context.missing });
        return { n: partials[0]!.n };
      },
    });
    await Promise.all(Array.from({ length: 40 }, (_, n) => send(run, "g", { n })));
    await until(async () => (await outputs(run)).length === 40);
    expect(sets.sort((x, y) => x.n - y.n)).toEqual(
      Array.from({ length: 40 }, (_, n) =>
        n % 2 === 0 ? { n, by: ["c"], missing: ["a", "b"] } : { n, by: ["a", "c"], missing: ["b"] },
      ),
    );
    expect(openSets(run)).toBe(0);
    expect(await run.line.deadLetters.count()).toBe(40);
    await run.idle();
    expect(run.network.pods.map((pod) => run.line.backlog(pod.index).messages)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test.each([
    ["skip", [{ n: 1 }, { n: 1 }]],
    ["null", [{ n: 1 }, null, { n: 1 }]],
    ["propagate", undefined],
  ])("under onMissing: %s a suppressed branch is treated as asked", async (onMissing, expected) => {
    const run = await start(
      fan({ j: `onMissing: ${onMissing}`, a: "concurrency: 1", b: "concurrency: 1" }),
      await make(),
      {
        b: () => undefined,
      },
    );
    const settled = run.waitFor("g", "c1", 5_000);
    await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: "c1", isAwaited: true });
    const ends = await settled;
    if (expected === undefined) expect(ends).toMatchObject({ results: {}, suppressed: ["s"] });
    else expect((ends!.results.s as { results: unknown[] }).results).toHaveLength(expected.length);
    if (expected?.includes(null)) expect((ends!.results.s as { results: unknown[] }).results).toContain(null);
  });

  test("with nothing but tombstones sends one itself, and its hook is not called", async () => {
    let calls = 0;
    const nothing = () => undefined;
    const run = await start(fan(), await make(), { a: nothing, b: nothing, c: nothing, j: () => void calls++ });
    const settled = run.waitFor("g", "c1", 5_000);
    await run.send("g", { payload: {}, headers: {}, correlationId: "c1", isAwaited: true });
    expect(await settled).toEqual({ results: {}, suppressed: ["s"], failed: [] });
    expect(calls).toBe(0);
    await until(() => openSets(run) === 0);
  });

  test.each([
    ["fail", 1, "expired", undefined],
    ["partial", 0, undefined, 2],
    ["drop", 0, undefined, undefined],
  ])(
    "whose time is up ends as onTimeout: %s says, and what comes later is late",
    async (onTimeout, deadSets, reason, count) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const run = await start(fan({ j: `timeout: 60ms, onTimeout: ${onTimeout}` }), await make(), {
        c: async (payload: object) => {
          await held;
          return payload;
        },
      });
      const settled = run.waitFor("g", "c1", 5_000);
      await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: "c1", isAwaited: true });
      const ends = await settled;
      const dead = await run.line.deadLetters.list();
      expect(dead.map((letter) => letter.reason)).toEqual(deadSets === 1 ? [reason] : []);
      if (count === undefined) expect(ends).toMatchObject({ results: {}, failed: ["s"] });
      else expect((ends!.results.s as { results: unknown[] }).results).toHaveLength(count);
      release();
      await until(async () => (await run.line.deadLetters.list()).some((letter) => letter.reason === "late"));
      expect(openSets(run)).toBe(0);
    },
  );

  test("whose hook fails for good buries the set and sends a tombstone", async () => {
    const run = await start(fan({ j: "retry: { attempts: 2, initialDelay: 1ms }" }), await make(), {
      j: () => {
        throw new Error("no sum");
      },
    });
    const settled = run.waitFor("g", "c1", 5_000);
    await run.send("g", { payload: { n: 1 }, headers: {}, correlationId: "c1", isAwaited: true });
    expect(await settled).toEqual({ results: {}, suppressed: [], failed: ["s"] });
    const [letter] = await run.line.deadLetters.list();
    expect(letter).toMatchObject({ pod: "j", reason: "failed", error: "no sum", attempts: 2 });
    expect(letter!.envelopes).toHaveLength(3);
  });

  test("by key joins what two gateways sent, whatever the order, and refuses what has no key or comes twice", async () => {
    const net = network(["a:gateway", "b:gateway", "j:aggregator", "s:sink"], ["a>j", "b>j", "j>s"], {
      j: 'correlate: { key: "/order/id" }',
    });
    const run = await start(net, await make(), {
      j: (partials: { from: string; order: { id: number } }[]) => ({
        id: partials[0]!.order.id,
        from: partials.map((p) => p.from).sort(),
      }),
    });
    await send(run, "a", { from: "a", order: { id: 1 } });
    await send(run, "a", { from: "a", order: { id: 2 } });
    await send(run, "b", { from: "b", order: { id: 2 } });
    await send(run, "b", { from: "b", order: {} });
    await send(run, "a", { from: "again", order: { id: 1 } });
    await send(run, "b", { from: "b", order: { id: 1 } });
    await until(async () => (await outputs(run)).length === 2);
    // In which order sets get to the sink is promised by no engine.
    const joined = (await outputs(run)) as { id: number; from: string[] }[];
    expect(joined.sort((one, other) => other.id - one.id)).toEqual([
      { id: 2, from: ["a", "b"] },
      { id: 1, from: ["a", "b"] },
    ]);
    await send(run, "a", { from: "later", order: { id: 1 } });
    await until(async () => (await run.line.deadLetters.count()) === 3);
    const reasons = (await run.line.deadLetters.list()).map((letter) => letter.reason);
    expect(reasons).toEqual(["late", "duplicate-key", "no-key"]);
  });

  test("by key closes at once when a branch, or the gateway itself, suppresses its message", async () => {
    const net = network(
      ["a:gateway", "b:gateway", "r:relay", "q:relay", "j:aggregator", "s:sink"],
      ["a>r", "r>q", "q>j", "b>j", "j>s"],
      { j: "correlate: { key: /id }" },
    );
    const run = await start(net, await make(), {
      r: () => undefined,
      b: (payload: { id: number }) => (payload.id === 2 ? undefined : payload),
    });
    await send(run, "b", { id: 1, from: "b" });
    await send(run, "a", { id: 1, from: "a" });
    await until(async () => (await outputs(run)).length === 1);
    expect(await outputs(run)).toEqual([{ results: [{ id: 1, from: "b" }] }]);
    await run.send("b", { payload: { id: 2 }, headers: {} });
    await send(run, "a", { id: 2 });
    const joiner = net.pods.findIndex((pod) => pod.id === "j");
    await until(() => run.parts.stats[joiner]!.received === 4);
    await until(() => openSets(run) === 0);
    expect(await run.line.deadLetters.count()).toBe(0);
  });

  test("by header joins what carries the same one", async () => {
    const net = network(["a:gateway", "b:gateway", "j:aggregator", "s:sink"], ["a>j", "b>j", "j>s"], {
      j: "correlate: { header: x-order }",
    });
    const run = await start(net, await make(), {});
    await send(run, "a", { n: 1 }, undefined, { "x-order": "7" });
    await send(run, "b", { n: 2 }, undefined, { "x-order": "7" });
    await until(async () => (await outputs(run)).length === 1);
    expect(await outputs(run)).toEqual([{ results: [{ n: 1 }, { n: 2 }] }]);
  });

  test("zipped joins the k-th of each, also when a place is a tombstone, and a late one shifts nothing", async () => {
    const net = network(["a:gateway", "b:gateway", "j:aggregator", "s:sink"], ["a>j", "b>j", "j>s"], {
      j: "correlate: zip, timeout: 150ms",
    });
    const run = await start(net, await make(), {
      b: (payload: Message) => (payload.n === 2 ? undefined : payload),
    });
    for (const n of [1, 2]) await send(run, "a", { n, from: "a" });
    await send(run, "b", { n: 1, from: "b" });
    await run.send("b", { payload: { n: 2 }, headers: {} });
    await until(async () => (await outputs(run)).length === 2);
    await send(run, "a", { n: 3, from: "a" });
    await until(async () => (await run.line.deadLetters.count()) === 1);
    await send(run, "b", { n: 3, from: "late" });
    await send(run, "a", { n: 4, from: "a" });
    await send(run, "b", { n: 4, from: "b" });
    await until(async () => (await outputs(run)).length === 3);
    expect(await outputs(run)).toEqual([
      {
        results: [
          { n: 1, from: "a" },
          { n: 1, from: "b" },
        ],
      },
      { results: [{ n: 2, from: "a" }] },
      {
        results: [
          { n: 4, from: "a" },
          { n: 4, from: "b" },
        ],
      },
    ]);
    expect((await run.line.deadLetters.list()).map((letter) => letter.reason)).toEqual(["late", "expired"]);
  });

  test("with as many open sets as allowed lets new ones wait, and completes those that are open", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = await start(fan({ j: "maxOpen: 2" }), await make(), {
      c: async (payload: object) => {
        await held;
        return payload;
      },
    });
    for (let n = 0; n < 6; n++) await send(run, "g", { n });
    // A token is counted before its set is looked for, which on NATS takes a moment.
    await until(() => run.parts.stats[5]!.received >= 12 && openSets(run) >= 2);
    expect(openSets(run)).toBe(2);
    release();
    await until(async () => (await outputs(run)).length === 6);
    expect(openSets(run)).toBe(0);
  });
});
