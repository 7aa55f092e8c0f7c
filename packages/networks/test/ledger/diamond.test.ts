import { type Line, type PodContext, startNetwork, type Transport } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { diamond } from "../diamond.ts";
import { engines, parsed, until } from "../networks.ts";

const network = parsed(diamond);
const messages = 30;

interface Ledger {
  /** What every edge carried, by correlation id. */
  readonly tokens: readonly string[];
  readonly outputs: readonly string[];
  readonly dead: readonly string[];
  readonly ends: readonly unknown[];
}

/** Writes down every token that is handed to a pod. */
function watched(transport: Transport, tokens: string[]): Transport {
  return {
    kind: transport.kind,
    isAtomic: transport.isAtomic,
    close: () => transport.close(),
    async open(network, options) {
      const line = await transport.open(network, options);
      const consume: Line["consume"] = (pod, how, handler) =>
        line.consume(pod, how, (delivery) => {
          const { token } = delivery;
          const { from, to } = network.edges[token.edge]!;
          const edge = `${network.pods[from]!.id}>${network.pods[to]!.id}`;
          if (delivery.attempt === 1)
            tokens.push(`${token.correlationId} ${edge} ${token.reason ?? token.payload!.text()} hop ${token.hop}`);
          handler(delivery);
        });
      return new Proxy(line, {
        get(target, key) {
          if (key === "consume") return consume;
          const value: unknown = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

async function run(transport: Transport): Promise<Ledger> {
  const tokens: string[] = [];
  const hooks = {
    intake: ({ n }: { n: number }) => (n % 10 === 9 ? undefined : { n }),
    fan: (payload: { n: number }) => (payload.n % 10 === 8 ? {} : payload),
    price: ({ n }: { n: number }) => (n % 3 === 0 ? undefined : { n, by: "price" }),
    risk: ({ n }: { n: number }, { attempt }: PodContext) => {
      if (n % 7 === 0) throw new Error("poison");
      if (n % 5 === 0 && attempt < 3) throw new Error("not yet");
      return { n, by: "risk" };
    },
    join: (partials: { n: number; by: string }[]) => ({ n: partials[0]!.n, by: partials.map(({ by }) => by).sort() }),
  };
  const running = await startNetwork(network, { transport: watched(transport, tokens), hooks, random: () => 0 });
  const ends = await Promise.all(
    Array.from({ length: messages }, async (_, n) => {
      const settled = running.waitFor("intake", `m${n}`, 20_000);
      await running.send("intake", { payload: { n }, headers: {}, correlationId: `m${n}`, isAwaited: true });
      return settled;
    }),
  );
  await running.idle();
  const sink = network.pods.findIndex((pod) => pod.id === "archive");
  await until(
    async () =>
      (await running.line.outputs(sink)).count === ends.filter((end) => "archive" in (end?.results ?? {})).length,
  );
  const outputs = (await running.line.outputs(sink)).results.map(({ text }) => text).sort();
  const dead = (await running.line.deadLetters.list()).map(
    ({ pod, reason, attempts, envelopes }) => `${pod} ${reason} ${attempts} ${envelopes.map(({ id }) => id)}`,
  );
  await running.stop();
  return { tokens: tokens.sort(), outputs, dead: dead.sort(), ends };
}

describe("the diamond", () => {
  test("behaves the same on every engine, token for token", { timeout: 60_000 }, async () => {
    const ledgers: [string, Ledger][] = [];
    for (const [name, make] of engines) ledgers.push([name, await run(await make())]);
    const [, first] = ledgers[0]!;
    // Each message has its six tokens, because somebody waits for the end of every one.
    expect(first.tokens).toHaveLength(messages * network.edges.length);
    expect(new Set(first.tokens.map((token) => token.split(" ", 2).join(" "))).size).toBe(first.tokens.length);
    expect(first.ends.every((end) => end !== undefined)).toBe(true);
    for (const [name, ledger] of ledgers) expect(ledger, name).toEqual(first);
  });
});
