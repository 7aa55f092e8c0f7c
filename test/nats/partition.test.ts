import { execFileSync } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { whyNoOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { until } from "../end-to-end/pawl.ts";
import { expectedOf, Herd } from "./herd.ts";

const partitionedMs = process.env.PAWL_SOAK === undefined ? 2_000 : 30_000;
const ip = (...args: readonly string[]) => execFileSync("ip", args, { stdio: "pipe" });

/** Why no network can be cut here. */
const whyNoNetns: string | undefined =
  whyNoOwnNats ?? (canMakeNetns() ? undefined : "only root, with ip, can make network namespaces");

function canMakeNetns(): boolean {
  const name = `pawl-try-${process.pid}`;
  try {
    ip("netns", "add", name);
    ip("netns", "delete", name);
    return true;
  } catch {
    return false;
  }
}

interface Cable {
  readonly namespace: string;
  /** Of the other end. */
  readonly address: string;
  set(state: "up" | "down"): void;
}

/** A namespace of its own, and a cable that leads into it. */
function cable(): Cable {
  const number = process.pid % 250;
  const [namespace, here, there] = [`pawl-${process.pid}`, `pwa${process.pid}`, `pwb${process.pid}`];
  onTestFinished(() => {
    ip("netns", "delete", namespace);
    try {
      ip("link", "delete", here);
    } catch {
      // It went with the namespace.
    }
  });
  ip("netns", "add", namespace);
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", namespace);
  ip("addr", "add", `10.213.${number}.1/30`, "dev", here);
  ip("link", "set", here, "up");
  ip("-n", namespace, "addr", "add", `10.213.${number}.2/30`, "dev", there);
  ip("-n", namespace, "link", "set", "lo", "up");
  ip("-n", namespace, "link", "set", there, "up");
  return { namespace, address: `10.213.${number}.2`, set: (state) => ip("-n", namespace, "link", "set", there, state) };
}

describe.skipIf(whyNoNetns !== undefined)(
  `a network that is cut between its pods and the server${whyNoNetns ? ` (skipped: ${whyNoNetns})` : ""}`,
  () => {
    test("accepts nothing that it cannot keep, and goes on when it is whole again", { timeout: 120_000 }, async () => {
      const { namespace, address, set } = cable();
      const herd = await Herd.start({
        server: { host: address, under: ["ip", "netns", "exec", namespace] },
        env: { PAWL_NATS_ACK_WAIT_MS: "1500", PAWL_NATS_LEASE_MS: "1500" },
      });
      const messages = 60;
      const sending = Promise.all(Array.from({ length: messages }, (_, n) => n).map((n) => herd.send(n)));
      await until("some have been accepted", () => herd.calls("fan").length > 5);
      set("down");
      await new Promise((resolve) => setTimeout(resolve, partitionedMs));
      set("up");
      await sending;
      const expected = Array.from({ length: messages }, (_, n) => expectedOf(n)).filter((one) => one !== undefined);
      await until("all have come through", async () => (await herd.outputs()).length >= expected.length, 60_000);
      expect(await herd.outputs()).toEqual(expected);
      expect(new Set(herd.calls("price")).size).toBe(messages);
    });
  },
);
