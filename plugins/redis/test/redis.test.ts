import { randomUUID } from "node:crypto";
import type { Accepted, JsonObject, TriggerContext, TriggerEvent } from "@pawl/flows";
import { createTestHarness, type TestHarness } from "@pawl/flows/testing";
import { silentLogger } from "@pawl/hooks/guard";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import plugin, { publish, pubsub, stream, xadd } from "../src/index.ts";
import { freePort, type RedisServer, startRedis, whyNoRedis } from "./redis-server.ts";

test("the plugin brings two triggers and two nodes", () => {
  expect(plugin.triggers?.map(({ name }) => name)).toEqual(["redis.pubsub", "redis.stream"]);
  expect(plugin.nodes?.map(({ name }) => name)).toEqual(["redis.publish", "redis.xadd"]);
});

describe.skipIf(whyNoRedis)(`with a Redis server${whyNoRedis ? ` (${whyNoRedis})` : ""}`, () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;
  let harness: TestHarness;
  let key: string;
  beforeAll(async () => {
    server = await startRedis();
    client = createClient({ url: server.url });
    client.on("error", () => {});
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });
  beforeEach(() => {
    harness = createTestHarness();
    key = `pawl-test-${randomUUID()}`;
  });
  afterEach(async () => {
    await client.del(key);
    await harness.close();
  });
  const at = () => ({ url: server.url });
  const pending = async () => (await client.xPending(key, "pawl")).pending;

  test("each message of a channel is one event, in order", async () => {
    const send = async () => {
      for (const text of ["1", "2", "3", "a $(touch owned)"]) await client.publish(key, text);
    };
    const events = await harness.collect(pubsub, { ...at(), channel: key }, 4, { whenReady: send });
    const data = ["1", "2", "3", "a $(touch owned)"];
    expect(events.map(({ payload }) => payload)).toEqual(data.map((text) => ({ channel: key, data: text })));
    expect(new Set(events.map(({ runId }) => runId)).size).toBe(4);
  });

  test("a pattern takes several channels, and the event tells which", async () => {
    const whenReady = () => Promise.all(["a", "b"].map((name) => client.publish(`${key}.${name}`, name)));
    const events = await harness.collect(pubsub, { ...at(), pattern: `${key}.*` }, 2, { whenReady });
    expect(events.map(({ payload }) => payload)).toEqual(["a", "b"].map((n) => ({ channel: `${key}.${n}`, data: n })));
  });

  test("messages above the limit are dropped, and told how many", async () => {
    let dropped = 0;
    const onDropped = (count: number) => {
      dropped += count;
    };
    // One command, so that all of them arrive before the first has its run.
    const script = "for n = 1, 500 do redis.call('publish', KEYS[1], n) end";
    const whenReady = () => client.eval(script, { keys: [key] });
    const input = { ...at(), channel: key, max_waiting: 10 };
    const events = await harness.collect(pubsub, input, 10, { whenReady, onDropped });
    expect(events).toHaveLength(10);
    expect(dropped).toBeGreaterThan(0);
    expect(dropped).toBeLessThanOrEqual(490);
  });

  test("a channel is listened to again after the server was restarted", async ({ skip }) => {
    if (!server.restart) return skip("the server is not ours to restart");
    const stopping = new AbortController();
    const whenReady = async () => {
      await server.restart!();
      while (!stopping.signal.aborted) {
        await client.publish(key, "again").catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const events = await harness.collect(pubsub, { ...at(), channel: key }, 1, { whenReady });
    stopping.abort();
    expect(events[0]!.payload).toEqual({ channel: key, data: "again" });
  });

  test("entries of a stream are events with the entry's id, acknowledged once their run is queued", async () => {
    const ids = [];
    for (const n of ["1", "2", "3"]) ids.push(await client.xAdd(key, "*", { n, body: `{"n":${n}}` }));
    const events = await harness.collect(stream, { ...at(), stream: key }, 3);
    expect(events.map(({ payload }) => payload)).toEqual(["1", "2", "3"].map((n) => ({ n, body: `{"n":${n}}` })));
    expect(events.map(({ event }) => event.entry_id)).toEqual(ids);
    expect(await pending(), "what is durable is acknowledged, also when the trigger is stopped right then").toBe(0);
  });

  test("entries that come again are known by their ids, and acknowledged again", async () => {
    for (const n of ["1", "2", "3"]) await client.xAdd(key, "*", { n });
    await harness.collect(stream, { ...at(), stream: key }, 3);
    await client.xGroupDestroy(key, "pawl");
    await client.xAdd(key, "*", { n: "4" });
    const again = await harness.collect(stream, { ...at(), stream: key }, 4);
    expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true, true, false]);
    expect(await pending()).toBe(0);
  });

  test("what one reply holds is queued in order, and acknowledged with one command", async ({ skip }) => {
    if (!server.restart) return skip("what others do on this server is counted too");
    await Promise.all(Array.from({ length: 250 }, (_, n) => client.xAdd(key, "*", { n: `${n}` })));
    await client.configResetStat();
    const events = await harness.collect(stream, { ...at(), stream: key, batch: 100 }, 250);
    expect(events.map(({ payload }) => (payload as { n: string }).n)).toEqual(events.map((_, n) => `${n}`));
    const runs = events.map(({ runId }) => runId);
    expect(runs, "ids of runs rise in the order in which they were queued").toEqual([...runs].sort());
    expect(await client.info("commandstats")).toMatch(/cmdstat_xack:calls=3,/);
    expect(await pending()).toBe(0);
  });

  test("nothing is acknowledged before it is durable, and a stop leaves what was not queued with Redis", async () => {
    const ids: string[] = [];
    for (const n of ["1", "2", "3"]) ids.push(await client.xAdd(key, "*", { n }));
    const stopping = new AbortController();
    const { signal } = stopping;
    const asked: string[] = [];
    let queue = () => {};
    const queued = new Promise<void>((resolve) => {
      queue = resolve;
    });
    const accepted: Accepted = { runId: "a", duplicate: false, dropped: false, result: () => Promise.reject() };
    const emit = async (happened: unknown) => {
      asked.push(String((happened as TriggerEvent).attributes.entry_id));
      if (asked.at(-1) === ids[1]) throw new Error("The disk is full.");
      await queued;
      return accepted;
    };
    const context = { signal, flowName: "f", triggerId: "t", describe: () => {}, log: silentLogger };
    const sleep = () => new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const input = await stream.input["~standard"].validate({ ...at(), stream: key });
    if (input.issues) throw new Error("The input fits.");
    const running = stream.listen(input.value, { ...context, sleep } as unknown as TriggerContext, emit);
    await vi.waitFor(() => expect(asked).toEqual(ids));
    expect(await pending(), "none is durable yet").toBe(3);
    stopping.abort(new Error("stopped"));
    queue();
    await running.catch(() => {});
    const left = await client.xPendingRange(key, "pawl", "-", "+", 10);
    expect(left.map(({ id }) => id)).toEqual([ids[1]]);
  });

  test("a field of JSON becomes the payload, and one that is none stays text", async () => {
    await client.xAdd(key, "*", { body: '{"total":12}' });
    await client.xAdd(key, "*", { body: "{broken" });
    const events = await harness.collect(stream, { ...at(), stream: key, json: "body" }, 2);
    expect(events.map(({ payload }) => payload)).toEqual([{ total: 12 }, "{broken"]);
  });

  test("what a dead consumer holds is taken over", async () => {
    await client.xGroupCreate(key, "pawl", "0", { MKSTREAM: true });
    const id = await client.xAdd(key, "*", { n: "1" });
    await client.xReadGroup("pawl", "dead", { key, id: ">" });
    const events = await harness.collect(stream, { ...at(), stream: key, claim_after: "10ms" }, 1);
    expect(events[0]!.event.entry_id).toBe(id);
  });

  test("the nodes publish and add what a trigger then gets", async () => {
    const whenReady = () => harness.runNode(publish, { ...at(), channel: key, message: { total: 1 } });
    const [message] = await harness.collect(pubsub, { ...at(), channel: key }, 1, { whenReady });
    expect(message!.payload).toEqual({ channel: key, data: '{"total":1}' });
    const added = await harness.runNode(xadd, { ...at(), stream: key, fields: { text: "a", list: [1] } });
    expect(added.status, added.error?.message).toBe("success");
    const [entry] = await harness.collect(stream, { ...at(), stream: key }, 1);
    expect(entry).toMatchObject({
      payload: { text: "a", list: "[1]" },
      event: { entry_id: (added.output as { id: string }).id },
    });
  });

  test("a key that is no stream is a final failure with Redis's own words", async () => {
    await client.set(key, "a text");
    const collected = harness.collect(stream, { ...at(), stream: key }, 1);
    await expect(collected).rejects.toMatchObject({ name: "TriggerError", code: "redis-refused" });
  });

  test("a stopped stream trigger leaves no connection behind", async () => {
    const stopping = new AbortController();
    const clients = async () => (await client.clientList()).length;
    const before = await clients();
    const whenReady = async () => {
      await vi.waitUntil(async () => (await clients()) > before);
      stopping.abort();
    };
    expect(await harness.collect(stream, { ...at(), stream: key }, 1, { whenReady, signal: stopping.signal })).toEqual(
      [],
    );
    await vi.waitFor(async () => expect(await clients()).toBe(before));
  });
});

describe("without a Redis server", () => {
  test.each([["by host and port"], ["by URL"]])("the address that refused is named, given %s", async (how) => {
    await using harness = disposable(createTestHarness());
    const port = await freePort();
    const where: JsonObject =
      how === "by URL" ? { url: `redis://:secret@127.0.0.1:${port}` } : { host: "127.0.0.1", port };
    const refused = new RegExp(`127\\.0\\.0\\.1:${port}.*refused`);
    const error = await harness.collect(pubsub, { ...where, channel: "c" }, 1).catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(refused);
    expect((error as Error).message).not.toContain("secret");
    const outcome = await harness.runNode(publish, { ...where, channel: "c", message: "m" });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "redis-failed" } });
    expect(outcome.error?.message).toMatch(refused);
  });

  test.each([
    [pubsub, { channel: "a", pattern: "b" }],
    [pubsub, {}],
    [pubsub, { channel: "a", port: 0 }],
    [pubsub, { channel: "a", url: "http://localhost" }],
    [stream, {}],
    [stream, { stream: "s", batch: 0 }],
    [stream, { stream: "s", claim_after: "soon" }],
    [stream, { stream: "s", unheard_of: 1 }],
  ])("a wrong input is refused before anything is connected: $1", async (definition, input) => {
    await using harness = disposable(createTestHarness());
    await expect(harness.collect(definition, input, 1)).rejects.toMatchObject({ code: "invalid-input" });
  });
});

function disposable(harness: TestHarness): TestHarness & AsyncDisposable {
  return Object.assign(harness, { [Symbol.asyncDispose]: () => harness.close() });
}
