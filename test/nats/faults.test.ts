import { describe, expect, test } from "vitest";
import { whyNoOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { seeded } from "../../packages/networks/test/simulation/virtual-time.ts";
import { until } from "../end-to-end/pawl.ts";
import { expectedOf, Herd } from "./herd.ts";

const isSoak = process.env.PAWL_SOAK !== undefined;
const seeds = isSoak ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1];
const messages = isSoak ? 1_000 : 120;
const stoppedMs = isSoak ? 10_000 : 2_500;
const ackWaitMs = 1_500;
const env = { PAWL_NATS_ACK_WAIT_MS: String(ackWaitMs), PAWL_NATS_LEASE_MS: "1500" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the specification calls the token ledger, as it can be seen from outside. */
async function audit(herd: Herd, sent: number): Promise<void> {
  const expected = Array.from({ length: sent }, (_, n) => expectedOf(n)).filter((one) => one !== undefined);
  const silent = sent - expected.length;
  const hasAll = async () => (await herd.outputs()).length >= expected.length;
  await until("everything has come through", hasAll, 60_000);
  await until(
    "nothing waits any more",
    async () => {
      const { networks } = await herd.pawl("status", "scoring");
      const waiting = networks[0].pods.reduce(
        (sum: number, pod: { backlog: { messages: number } }) => sum + pod.backlog.messages,
        0,
      );
      return waiting === 0 && networks[0].processes >= herd.pods.length;
    },
    60_000,
  );
  expect(await herd.outputs(), "every accepted message reached the sink once, with all its partials").toEqual(expected);
  const dead = await herd.pawl("dlq", "list", "scoring", "--limit", "1000");
  const buried = dead.deadLetters.map(
    (letter: { envelopes: { data: { n: number } }[] }) => letter.envelopes[0]!.data.n,
  );
  expect(
    buried.sort((a: number, b: number) => a - b),
    "what is poison, and nothing else, is dead",
  ).toEqual(Array.from({ length: sent }, (_, n) => n).filter((n) => n % 7 === 0));
  const { networks } = await herd.pawl("status", "scoring");
  const openSets = networks[0].pods.map((pod: { openSets?: number }) => pod.openSets ?? 0);
  expect(
    openSets.every((open: number) => open === 0),
    "no set is left open",
  ).toBe(true);
  for (const [pod, count] of [
    ["fan", sent],
    ["price", sent],
    ["risk", sent],
    ["join", sent - silent],
    ["archive", sent - silent],
  ] as const)
    expect(new Set(herd.calls(pod)).size, `every edge into ${pod} carried one token for each message`).toBe(count);
}

/** Sends in the background, a few at a time. */
function traffic(herd: Herd, from: number, to: number): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) {
      await herd.send(next++);
      await pause(5);
    }
  };
  return Promise.all([worker(), worker(), worker(), worker()]).then(() => {});
}

describe.skipIf(whyNoOwnNats !== undefined)(
  `pods as processes on NATS${whyNoOwnNats ? ` (skipped: ${whyNoOwnNats})` : ""}`,
  () => {
    test.each(seeds)(
      "lose nothing when pods and the server are killed, stopped and frozen (seed %i)",
      { timeout: isSoak ? 300_000 : 90_000 },
      async (seed) => {
        const random = seeded(seed);
        const herd = await Herd.start({ env });
        const pick = () => herd.pods[1 + Math.floor(random() * (herd.pods.length - 1))]!;
        const sending = traffic(herd, 0, messages);

        for (const pod of [pick(), "join", "intake"]) {
          await pause(150 * random());
          await herd.replace(pod);
        }
        await herd.server.kill();
        await pause(300 * random());
        await herd.server.restart();
        await pause(300);

        herd.server.process!.kill("SIGSTOP");
        await pause(stoppedMs);
        herd.server.process!.kill("SIGCONT");

        // A pod that is frozen for longer than the server waits, while a second one takes its work; then it wakes up.
        const frozen = herd.process("risk").child;
        frozen.kill("SIGSTOP");
        herd.launch("risk", "-second", 0);
        await pause(2 * ackWaitMs);
        frozen.kill("SIGCONT");

        await sending;
        await audit(herd, messages);
      },
    );

    test("a rolling restart with drain calls no hook twice, and loses nothing", {
      timeout: 90_000,
    }, async () => {
      const herd = await Herd.start({ env });
      const sending = traffic(herd, 0, messages);
      for (const pod of herd.pods) {
        await pause(100);
        const ended = await herd.process(pod).kill("SIGTERM");
        expect([pod, ended.code, ended.signal]).toEqual([pod, 0, null]);
        herd.launch(pod);
        await herd.ready([pod]);
      }
      await sending;
      await audit(herd, messages);
      // What risk is called with again is poison, and asked for.
      for (const pod of ["fan", "price", "join", "archive"])
        expect(herd.calls(pod), `no hook of ${pod} was called twice`).toHaveLength(new Set(herd.calls(pod)).size);
    });
  },
);
