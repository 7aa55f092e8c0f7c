import { silentLogger } from "@pawl/hooks/guard";
import { type Network, NonRetryable, type PodContext, Reject } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { functionBody } from "../../src/pod/function-body.ts";
import { type Assembly, assemble } from "../../src/runtime/assembly.ts";
import { Broker, ChaosLine } from "./chaos-line.ts";
import { randomNetwork } from "./random-network.ts";
import { seeded, VirtualTime } from "./virtual-time.ts";

const networks = process.env.PAWL_SOAK ? 10_000 : 200;

/** What a hook does with one message is a matter of chance, but the same for the same message and attempt. */
function chanceOf(seed: number, pod: string, id: string): () => number {
  let hash = seed;
  for (const char of `${pod}|${id}`) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  return seeded(hash);
}

interface Life {
  readonly line: ChaosLine;
  readonly parts: Assembly;
}

class Simulation {
  readonly network: Network;
  readonly broker: Broker;
  readonly time = new VirtualTime();
  readonly random: () => number;
  readonly accepted: { readonly origin: string; readonly id: string }[] = [];
  readonly lives: Life[] = [];
  /** Whether every edge needs its token, because somebody waits for the end of all. */
  readonly isAwaited: boolean;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = seeded(seed);
    this.network = randomNetwork(this.random);
    this.broker = new Broker(this.network, this.time, this.random);
    this.isAwaited = this.random() < 0.5;
  }

  async run(): Promise<void> {
    this.#live();
    const origins = this.network.pods.filter((pod) => pod.type === "gateway");
    for (let n = 1 + Math.floor(this.random() * 5); n > 0; n--) {
      const origin = origins[Math.floor(this.random() * origins.length)]!;
      this.time.after(this.random() * 4_000, () => void this.#send(origin.id, `m${n}`));
    }
    for (let crashes = Math.floor(this.random() * 4); crashes > 0; crashes--) {
      this.time.after(this.random() * 6_000, () => this.#crash());
    }
    await this.time.run(50_000);
  }

  #live(): void {
    const line = new ChaosLine(this.broker);
    const parts = assemble({
      network: this.network,
      line: line.asLine(),
      isAtomic: false,
      bodies: this.network.pods.map((pod) => functionBody({ hook: this.#hook(pod.id), onStart: undefined })),
      watch: undefined,
      signal: new AbortController().signal,
      clock: this.time,
      log: silentLogger,
      random: this.random,
      onEnd: () => {},
    });
    this.lives.push({ line, parts });
    for (const receiver of parts.receivers) receiver.start();
  }

  /** The process dies; sometimes it was only frozen, and works on for a while beside the next one. */
  #crash(): void {
    const { line } = this.lives.at(-1)!;
    if (this.random() < 0.3) this.time.after(this.random() * 3_000, () => line.die());
    else line.die();
    this.#live();
  }

  async #send(origin: string, id: string): Promise<void> {
    const { parts } = this.lives.at(-1)!;
    const sent = await parts.origins
      .get(origin)!
      .accept({ payload: { id }, headers: {}, correlationId: id, isAwaited: this.isAwaited });
    if (sent.status === "accepted") this.accepted.push({ origin, id });
  }

  #hook(pod: string): (input: unknown, ...rest: unknown[]) => unknown {
    return (input, ...rest) => {
      const context = rest.at(-1) as PodContext;
      const chance = chanceOf(this.#seed, pod, context.id);
      const kind = chance();
      const fails = Math.floor(chance() * 6);
      const answer = Array.isArray(input) ? { id: context.correlationId, of: input.length } : input;
      if (kind < 0.5) return answer;
      if (kind < 0.6) return undefined;
      if (kind < 0.65) throw new NonRetryable("for good");
      if (kind < 0.7) throw new Reject(422, "no");
      if (kind < 0.75) return 7;
      if (kind < 0.9) {
        if (context.attempt <= fails) throw new Error("not yet");
        return answer;
      }
      return this.time.sleep(chance() * 5_000).then(() => answer);
    };
  }
}

/** The edges that a message from `origin` can come to. */
function edgesFrom(network: Network, origin: string): number[] {
  const pods = new Set([network.pods.findIndex((pod) => pod.id === origin)]);
  const edges = new Set<number>();
  for (const pod of pods) {
    for (const edge of network.pods[pod]!.egress) {
      edges.add(edge);
      pods.add(network.edges[edge]!.to);
    }
  }
  return [...edges];
}

describe("over random networks, with crashes, duplicates, reordering and frozen processes", () => {
  test(`every edge carries one token for each message that was accepted (${networks} networks)`, {
    timeout: 3_600_000,
  }, async () => {
    const first = Number(process.env.PAWL_SEED ?? 1);
    let tokens = 0;
    for (let seed = first; seed < first + networks; seed++) {
      const simulation = new Simulation(seed);
      await simulation.run().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`);
      });
      const { network, broker, accepted, lives } = simulation;
      const waiting = [...broker.messages.values()].filter((message) => !message.isAcknowledged);
      expect(
        waiting.map((message) => `${message.token.correlationId}/${message.token.edge}`),
        `seed ${seed}: left over`,
      ).toEqual([]);
      for (const { origin, id } of accepted) {
        for (const edge of edgesFrom(network, origin)) {
          const isNeeded = simulation.isAwaited || network.edges[edge]!.needsTombstones;
          const has = broker.messages.has(`${id}/${edge}`);
          if (isNeeded) expect(has, `seed ${seed}: edge ${edge} of ${id}`).toBe(true);
          if (has) tokens++;
        }
      }
      const open = network.pods.map((pod) => lives.at(-1)!.parts.openSets(pod)?.open ?? 0);
      const isPatient = network.pods.every((pod) => (pod.aggregate?.timeoutMs ?? 600_000) === 600_000);
      const untimely = (await broker.deadLetters.list()).filter(
        ({ reason }) => reason === "expired" || reason === "late",
      );
      if (isPatient) expect(untimely, `seed ${seed}: sets that expired although nothing was lost`).toEqual([]);
      expect(
        open.reduce((sum, count) => sum + count, 0),
        `seed ${seed}: open sets`,
      ).toBe(0);
    }
    expect(tokens).toBeGreaterThan(networks);
  });
});
