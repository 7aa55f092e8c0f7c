import { join } from "node:path";
import {
  createSqliteTransport,
  type NetworkEvent,
  type NetworkEventFilter,
  type NetworkEvents,
  openNetworkEvents,
  startNetwork,
} from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { Reject } from "../../src/pod/refusal.ts";
import { closing, fan, line, network, temporaryFolder, until } from "../networks.ts";

function reading(file: string): NetworkEvents {
  const events = openNetworkEvents(file);
  onTestFinished(() => events.close());
  return events;
}

async function started(of = line, hooks: object = {}, file = join(temporaryFolder(), "networks.db")) {
  const transport = closing(createSqliteTransport({ file }));
  const run = await startNetwork(of, { transport, hooks: hooks as never });
  onTestFinished(() => run.stop());
  const send = async (payload: object) => {
    const sent = await run.send("g", { payload: payload as never, headers: {} });
    const { correlationId } = sent as { correlationId: string };
    await until(async () => (await run.line.pending(correlationId)) === 0);
    await run.line.flush();
    return correlationId;
  };
  return { run, transport, file, send, events: reading(file) };
}

async function all(events: NetworkEvents, filter: NetworkEventFilter = {}): Promise<NetworkEvent[]> {
  const found: NetworkEvent[] = [];
  let page = await events.read(filter);
  for (;;) {
    found.push(...page.events);
    if (!page.hasMore) return found;
    page = await events.read({ ...filter, after: page.place });
  }
}

const short = ({ type, pod, data }: NetworkEvent) =>
  [type, pod, (data as { outcome?: string } | undefined)?.outcome].filter(Boolean).join(" ");

describe("what a file of networks tells", () => {
  test("is its start, each pod's part with its outcome in the order of commits, failed attempts, and its stop", async () => {
    let tries = 0;
    const { run, events, send } = await started(fan({ c: "retry: { initial_delay: 1ms }" }), {
      b: () => undefined,
      c: (payload: object) => {
        if (++tries < 2) throw new Error("not yet");
        return payload;
      },
    });
    const id = await send({ n: 1 });
    await run.stop();
    const told = await all(events);
    expect(told.map(short).sort()).toEqual(
      [
        "network-started",
        "pod-ended g sent",
        "pod-ended f sent",
        "pod-ended a sent",
        "pod-ended b suppressed",
        "pod-attempt c",
        "pod-ended c sent",
        "pod-ended j sent",
        "pod-ended s done",
        "network-stopped",
      ].sort(),
    );
    expect(told.at(0)).toMatchObject({ type: "network-started", network: "n" });
    expect(told.at(-1)!.type).toBe("network-stopped");
    const places = told.map(({ place }) => Number(place));
    expect(places).toEqual(places.map((_, index) => index + 1));
    expect(told.find(({ type }) => type === "pod-attempt")).toMatchObject({
      pod: "c",
      message: id,
      data: { number: 1, error: "not yet" },
    });
    const order = told.filter(({ type }) => type === "pod-ended").map(({ pod }) => pod);
    for (const [from, to] of ["gf", "fa", "fb", "fc", "aj", "cj", "js"]) {
      expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
    }
    for (const { type, message } of told) expect(message).toBe(type.startsWith("network") ? undefined : id);
  });

  test("is a dead letter with its number, its reason and what the hook said", async () => {
    const { events, send, run } = await started(line, {
      r: () => {
        throw new Reject(422, "not with me");
      },
    });
    const id = await send({ n: 1 });
    const [letter] = await run.line.deadLetters.list();
    const dead = (await all(events)).filter(({ type }) => type === "message-dead");
    expect(dead).toMatchObject([
      { pod: "r", message: id, data: { letter: letter!.id, reason: "rejected", error: "not with me", attempts: 1 } },
    ]);
  });

  test("says of messages that met which one they became", async () => {
    const joined = network(["g:gateway", "h:gateway", "j:aggregator", "s:sink"], ["g>j", "h>j", "j>s"], {
      j: "correlate: { key: /k }",
    });
    const { run, events } = await started(joined);
    await run.send("g", { payload: { k: 1 }, headers: {} });
    await run.send("h", { payload: { k: 1 }, headers: {} });
    await until(async () => (await run.line.outputs(3)).count === 1);
    await run.line.flush();
    const told = (await all(events)).filter(({ pod }) => pod === "j");
    const into = told.flatMap(({ data }) => (data as { into?: string }).into ?? []);
    const own = told.filter(({ data }) => !("into" in (data as object))).map(({ message }) => message!);
    expect(own).toHaveLength(1);
    expect(into).toEqual([own[0], own[0]]);
  });

  test("can be read from any place on, whole or in pages of any size, by network, by pod, and from its end", async () => {
    const { events, send, file } = await started();
    const other = await started({ ...line, name: "m" } as never, {}, file);
    for (let n = 0; n < 20; n++) await (n % 3 === 0 ? other : { send }).send({ n });
    const whole = await all(events);
    expect(whole.length).toBe(2 + 20 * 3);
    for (const limit of [1, 3, 7, 500]) expect(await all(events, { limit })).toEqual(whole);
    for (const after of [0, 5, 30]) expect(await all(events, { after: String(after) })).toEqual(whole.slice(after));
    expect(await all(events, { network: "m", limit: 2 })).toEqual(whole.filter((event) => event.network === "m"));
    expect(await all(events, { pod: "r", limit: 2 })).toEqual(whole.filter((event) => event.pod === "r"));
    const latest = await events.read({ isLatest: true, limit: 5, pod: "s" });
    expect(latest.events).toEqual(whole.filter((event) => event.pod === "s").slice(-5));
    expect(latest.place).toBe(whole.at(-1)!.place);
    expect((await events.read({ after: latest.place })).events).toEqual([]);
    expect((await events.read({ after: latest.from, limit: 1 })).events).toEqual(latest.events.slice(0, 1));
  });

  test("of a file that is not there is nothing, until it is", async () => {
    const file = join(temporaryFolder(), "later.db");
    const events = reading(file);
    expect(await events.read({ after: "7" })).toEqual({ events: [], from: "7", place: "7", hasMore: false });
    const { send } = await started(line, {}, file);
    await send({ n: 1 });
    expect((await all(events)).length).toBe(4);
  });

  test("of what was told twice is told once: a message that is known", async () => {
    const { run, events } = await started();
    for (let n = 0; n < 2; n++)
      await run.send("g", { payload: {}, headers: {}, correlationId: "01900000-0000-7000-8000-000000000000" });
    await until(async () => (await run.line.outputs(2)).count === 1);
    await run.line.flush();
    expect((await all(events)).filter(({ pod }) => pod === "g")).toHaveLength(1);
  });
});
