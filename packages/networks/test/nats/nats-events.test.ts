import { silentLogger } from "@pawl/hooks/guard";
import { type NetworkEvent, type NetworkEventFilter, type NetworkEvents, startNetwork } from "@pawl/networks";
import { createNatsTransport, openNatsEvents } from "@pawl/networks/nats";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Link, openLink } from "../../src/nats/link.ts";
import { Names } from "../../src/nats/names.ts";
import { closing, line, natsUrl, newTenant, until } from "../networks.ts";
import { whyNoNats } from "./nats-server.ts";

interface Opened {
  readonly events: NetworkEvents;
  readonly names: Names;
  readonly tenant: string;
  readonly link: Link;
}

async function opened(): Promise<Opened> {
  const [url, tenant] = [await natsUrl(), newTenant()];
  const { networks, close } = await openNatsEvents({ server: { url }, tenant }, ["n"]);
  const signal = new AbortController().signal;
  const how = { name: "test", inboxPrefix: "_INBOX", answerMs: 5_000, log: silentLogger, signal };
  const link = await openLink({ ...how, server: { url } });
  onTestFinished(async () => {
    await Promise.all([close(), link.close()]);
  });
  return { events: networks.get("n")!, names: new Names(tenant, "n"), tenant, link };
}

/** A stream that a test fills itself. */
async function filled(batches: number): Promise<Opened> {
  const all = await opened();
  await all.link.manager.streams.add({ name: all.names.past, subjects: [`${all.names.base}.past.*`] });
  for (let batch = 0; batch < batches; batch++)
    await tell(all, batch % 2 === 0 ? "a" : "b", [step(2 * batch), step(2 * batch + 1)]);
  return all;
}

const step = (time: number, pod = "a") => JSON.stringify([0, pod, `m${time}`, time, 1, 1, "sent", null]);

async function tell({ link, names }: Opened, pod: string, lines: readonly string[]): Promise<void> {
  await link.connection.request(names.passed(pod), `${lines.join("\n")}\n`);
}

async function rest(events: NetworkEvents, filter: NetworkEventFilter = {}): Promise<NetworkEvent[]> {
  const found: NetworkEvent[] = [];
  for (let page = await events.read(filter); ; page = await events.read({ ...filter, after: page.place })) {
    found.push(...page.events);
    if (!page.hasMore) return found;
  }
}

const ids = (events: readonly NetworkEvent[]) => events.map(({ id }) => id);
const times = (events: readonly NetworkEvent[]) => events.map(({ time }) => time);

describe.skipIf(whyNoNats !== undefined)("what a stream of a network tells", () => {
  test("is the start of a process, each pod's part, failed attempts, and the stop, in order of time", async () => {
    const { events, tenant } = await opened();
    expect(await events.read()).toEqual({ events: [], from: "0", place: "0", hasMore: false });
    let tries = 0;
    const hooks = {
      r: (payload: object) => {
        if (++tries === 1) throw new Error("not yet");
        return payload;
      },
    };
    const transport = closing(createNatsTransport({ server: { url: await natsUrl() }, tenant }));
    const run = await startNetwork(line, { transport, hooks: hooks as never, random: () => 0 });
    onTestFinished(() => run.stop());
    const sent = (await run.send("g", { payload: { n: 1 }, headers: {} })) as { correlationId: string };
    await until(async () => (await rest(events)).some(({ pod }) => pod === "s"));
    await run.stop();
    await until(async () => (await rest(events)).at(-1)?.type === "network-stopped");
    const told = await rest(events);
    expect(told.map(({ type, pod }) => [type, pod].filter(Boolean).join(" "))).toEqual([
      "network-started",
      "pod-ended g",
      "pod-attempt r",
      "pod-ended r",
      "pod-ended s",
      "network-stopped",
    ]);
    expect(told[0]).toMatchObject({ network: "n", data: { pods: ["g", "r", "s"] } });
    expect(told.slice(1, -1).every(({ message }) => message === sent.correlationId)).toBe(true);
    expect((await rest(events, { pod: "r" })).map(({ type }) => type)).toEqual(["pod-attempt", "pod-ended"]);
  });

  test("goes on behind every event and every page, also when more came, and finds the newest", async () => {
    const all = await filled(150);
    const { events } = all;
    const told = await rest(events);
    expect(times(told)).toEqual(Array.from({ length: 300 }, (_, time) => time));
    expect(told[2]).toMatchObject({ pod: "b", message: "m2", type: "pod-ended" });
    await tell(all, "a", [step(300)]);
    const whole = await rest(events, { limit: 7 });
    expect(whole).toHaveLength(301);
    for (const index of [0, 1, 100, 254, 255, 256, 298, 299]) {
      expect(ids(await rest(events, { after: told[index]!.place })), `behind ${index}`).toEqual(
        ids(whole.slice(index + 1)),
      );
    }
    const latest = await events.read({ isLatest: true, limit: 60 });
    expect(ids(latest.events)).toEqual(ids(whole.slice(-60)));
    expect(ids(await rest(events, { after: latest.from }))).toEqual(ids(whole.slice(-60)));
    expect(await rest(events, { after: latest.place })).toEqual([]);
    expect(times(await rest(events, { after: latest.place, pod: "b" }))).toEqual([]);
    expect((await events.read({ isLatest: true, pod: "b", limit: 1_000 })).events).toHaveLength(150);
  });

  test("is put in order of time where processes told late, and each is still told once", async () => {
    const all = await filled(0);
    await tell(all, "a", [step(1), step(5)]);
    await tell(all, "b", [step(2), step(4)]);
    await tell(all, "c", [step(3)]);
    const told = await rest(all.events);
    expect(times(told)).toEqual([1, 2, 3, 4, 5]);
    await tell(all, "c", [step(6)]);
    for (const [index, { place }] of told.entries()) {
      expect(times(await rest(all.events, { after: place })), place).toEqual([1, 2, 3, 4, 5, 6].slice(index + 1));
    }
  });

  test("says that a reader has missed what is no longer kept, and nothing of it to one that begins", async () => {
    const all = await filled(10);
    const { events, link, names } = all;
    const told = await rest(events);
    const [atThree, atEnd] = [told[5]!.place, (await events.read()).place];
    await link.manager.streams.purge(names.past, { seq: 8 });
    expect(times(await rest(events))).toEqual([14, 15, 16, 17, 18, 19]);
    const [gap, ...after] = await rest(events, { after: atThree, pod: "a" });
    expect(gap).toMatchObject({ type: "network-forgotten", network: "n", time: expect.any(Number) });
    expect(gap!.data).toEqual({ batches: 8 - Number(/^\d+/.exec(atThree)![0]) });
    expect(times(after)).toEqual([16, 17]);
    expect(times(await rest(events, { after: gap!.place }))).toEqual([14, 15, 16, 17, 18, 19]);
    expect(await rest(events, { after: atEnd })).toEqual([]);

    await link.manager.streams.purge(names.past);
    expect((await rest(events, { after: atThree })).map(({ type }) => type)).toEqual(["network-forgotten"]);
    expect(await rest(events, { after: atEnd })).toEqual([]);
    await link.manager.streams.delete(names.past);
    expect(await events.read({ after: atEnd })).toMatchObject({ events: [], place: atEnd });
    await link.manager.streams.add({ name: names.past, subjects: [`${names.base}.past.*`] });
    await tell(all, "a", [step(30)]);
    const anew = await rest(events, { after: atEnd });
    expect(anew.map(({ type }) => type)).toEqual(["network-forgotten", "pod-ended"]);
    expect(anew[0]!.data).toEqual({});
  });

  test("is nothing that somebody else wrote, and of the pod whose subject it came under", async () => {
    const all = await filled(0);
    const strange = [
      "",
      "{}",
      "[]",
      "nonsense",
      "[0,1,2,3,4]",
      '[0,"a","m",1,{"type":"toString"}]',
      "[0,null,null,1,null]",
    ];
    await tell(all, "b", [...strange, step(1, "a"), '[0,"a","m",2,1,1]']);
    const told = await rest(all.events);
    expect(told.map(({ pod, time }) => [pod, time])).toEqual([["b", 1]]);
    for (const after of ["", "x", "5_1_0", "1_99999_3", "-1"]) {
      expect(times(await rest(all.events, { after })).filter((time) => time === 1).length, after).toBe(1);
    }
  });
});
