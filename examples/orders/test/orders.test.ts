import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type FollowedLog, followLog, readWholeLog, type ToldEvent } from "../../../test/end-to-end/follow-log.ts";
import {
  copyOfExample,
  type Going,
  pawl,
  pawlJson,
  startPawl,
  startServe,
  until,
} from "../../../test/end-to-end/pawl.ts";

const isSoak = process.env.PAWL_SOAK === "1";
const orderCount = isSoak ? 300 : 30;
const secret = "shared-by-shop-and-pawl";
const atOnce = 8;

interface Order {
  readonly id: string;
  readonly amount: number;
  readonly gift?: boolean;
  readonly card?: string;
}

interface Parcel {
  readonly id: string;
  readonly invoice: string;
  readonly total: number;
  readonly taken: number;
  readonly wrapping?: string;
  readonly from: readonly string[];
}

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly children: readonly Node[];
}

/** Every tenth is too large, every third is a gift, every second has a card. */
const orders = Array.from({ length: orderCount }, (_, index): Order => {
  const amount = index % 10 === 9 ? 20_000 : 100 + index;
  const gift = index % 3 === 0 ? { gift: true } : {};
  return { id: `order-${index}`, amount, ...gift, ...(index % 2 === 0 ? { card: "4242424242421234" } : {}) };
});

/** The server outside: it keeps the first parcel of each key, and counts how often it was tried. */
async function startShipping() {
  const parcels = new Map<string, Parcel>();
  const traces = new Map<string, string>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    requests++;
    const key = String(request.headers["idempotency-key"]);
    if (!parcels.has(key)) parcels.set(key, JSON.parse(text) as Parcel);
    traces.set(key, String(request.headers.traceparent).split("-")[1]!);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    parcels,
    traces,
    requests: () => requests,
  };
}

/** Sends until it is accepted, as a shop does that does not know whether its request has arrived. */
async function place(order: Order, urlNow: () => string): Promise<string> {
  const body = JSON.stringify(order);
  return until(
    `${order.id} is accepted`,
    async () => {
      const time = Math.floor(Date.now() / 1_000);
      const signature = createHmac("sha256", secret).update(`${order.id}.${time}.${body}`).digest("base64");
      const headers = {
        "content-type": "application/json",
        "webhook-id": order.id,
        "webhook-timestamp": String(time),
        "webhook-signature": `v1,${signature}`,
      };
      const answer = await fetch(`${urlNow()}/webhooks/orders`, { method: "POST", headers, body }).catch(
        () => undefined,
      );
      if (answer?.status === 401) throw new Error("The signature was not accepted.");
      return answer?.status === 202 ? ((await answer.json()) as { run_id: string }).run_id : undefined;
    },
    120_000,
  );
}

function names(node: Node, kind: string): string[] {
  const own = node.kind === kind ? [`${node.name} ${node.status}`] : [];
  return [...own, ...node.children.flatMap((child) => names(child, kind))];
}

test(
  `${orderCount} orders end as they should, once each, though the server is killed three times`,
  async () => {
    const shipping = await startShipping();
    const cwd = copyOfExample("orders");
    const options = { cwd, env: { ORDERS_SECRET: secret, SHIP_URL: shipping.url } };
    expect((await pawl(["hooks", "trust"], options)).code).toBe(0);
    let serve: Going & { url: string } = await startServe(options);
    const followed = followLog(() => serve.url);
    const watched = startPawl(["logs", "--follow", "--json"], options);
    const runs = new Map<string, string>();

    const left = [...orders];
    const shop = async () => {
      for (let order = left.shift(); order !== undefined; order = left.shift()) {
        runs.set(order.id, await place(order, () => serve.url));
      }
    };
    const placing = Promise.all(Array.from({ length: atOnce }, shop));
    for (const share of [0.2, 0.5, 0.8]) {
      await until(`${share} of the orders are placed`, () => runs.size >= orderCount * share, 120_000);
      await serve.kill("SIGKILL");
      serve = await startServe(options);
    }
    await placing;

    const good = orders.filter(({ amount }) => amount <= 10_000);
    await until("every parcel has arrived", () => shipping.parcels.size >= good.length, 120_000);
    const status = await until(
      "nothing is open",
      async () => {
        const { runs: counts, networks } = await pawlJson(["status"], options);
        const going = counts.queued + counts.running + counts.waiting;
        return going === 0 && networks.every((network: { waiting: number }) => network.waiting === 0)
          ? { counts, networks }
          : undefined;
      },
      120_000,
    );
    expect(status.networks).toEqual([expect.objectContaining({ network: "fulfilment", waiting: 0, deadLetters: 0 })]);

    const parcels = [...shipping.parcels.values()];
    expect(parcels.map(({ id }) => id).sort()).toEqual(good.map(({ id }) => id).sort());
    for (const parcel of parcels) {
      const order = orders.find(({ id }) => id === parcel.id)!;
      expect(parcel).toMatchObject({ invoice: `INV-${order.id}`, total: order.amount * 1.25, taken: 1 });
      expect([...parcel.from].sort()).toEqual(order.gift ? ["gift", "invoice", "stock"] : ["invoice", "stock"]);
      expect(JSON.stringify(parcel)).not.toContain("424242");
    }
    await checkTraces({ runs, options, traces: new Set(shipping.traces.values()) });
    await checkLog(followed, await readWholeLog(serve.url));
    const lines = (await watched.kill("SIGINT")).stdout.split("\n");
    const seen = lines.slice(0, -1).map((line) => JSON.parse(line) as ToldEvent);
    expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(followed.events.map(({ type }) => type)));
    await serve.kill("SIGTERM");
  },
  isSoak ? 900_000 : 180_000,
);

/** Whoever follows is told everything once, in the order of each log, though the server was killed meanwhile. */
async function checkLog({ events, connections }: FollowedLog, whole: readonly ToldEvent[]): Promise<void> {
  const byLog = (log: string) => (all: readonly ToldEvent[]) =>
    all.map(({ id }) => id).filter((id) => id.startsWith(log));
  const have = () => new Set(events.map(({ id }) => id));
  await until("the follower has come to the end", () => whole.every(({ id }) => have().has(id)), 20_000);
  for (const ids of [byLog("f"), byLog("n")]) expect(ids(events).slice(0, ids(whole).length)).toEqual(ids(whole));
  expect(have().size).toBe(events.length);
  expect(connections(), "it was cut off, and came again").toBeGreaterThan(1);
  const kinds = ["run-ended", "step-ended", "hooks-ran", "trigger-fired", "network-started", "pod-ended"];
  expect(whole.map(({ type }) => type)).toEqual(expect.arrayContaining(kinds));
}

interface Checked {
  readonly runs: ReadonlyMap<string, string>;
  readonly options: Parameters<typeof pawlJson>[1];
  /** What the server outside was told. */
  readonly traces: ReadonlySet<string>;
}

/** One whole tree for each order, from the webhook to the last pod. */
async function checkTraces({ runs, options, traces }: Checked): Promise<void> {
  const some = isSoak ? orders : [...orders.slice(0, 4), ...orders.filter(({ amount }) => amount > 10_000).slice(0, 1)];
  for (const order of some) {
    const { traceId, tree } = (await pawlJson(["trace", runs.get(order.id)!], options)) as {
      traceId: string;
      tree: Node[];
    };
    expect(tree, order.id).toHaveLength(1);
    const [root] = tree as [Node];
    expect(root).toMatchObject({ kind: "trigger", name: "webhook.receive" });
    const isGood = order.amount <= 10_000;
    expect(names(root, "step").slice(0, 2)).toEqual(["check completed", `fulfil ${isGood ? "completed" : "failed"}`]);
    const verdict = isGood ? (order.card === undefined ? "ok" : "rewrote the inputs") : "block";
    expect(names(root, "hook").at(-1)).toBe(`PreToolUse guard-orders ${verdict}`);
    if (!isGood) {
      expect(names(root, "message")).toEqual([]);
      continue;
    }
    expect(traces.has(traceId)).toBe(true);
    expect(names(root, "run")).toEqual(["orders completed", "invoice completed"]);
    expect(names(root, "pod").sort()).toEqual(
      [
        "fan sent",
        `gift ${order.gift ? "sent" : "suppressed"}`,
        "intake sent",
        "invoice sent",
        "join sent",
        "ship done",
        "stock sent",
      ].sort(),
    );
  }
  const byEvent = await pawl(["trace", orders[0]!.id], options);
  expect(byEvent.stdout).toMatch(/^trace [0-9a-f]{32} {2}2 runs, 1 message\n✓ webhook\.receive {2}event order-0/);
}
