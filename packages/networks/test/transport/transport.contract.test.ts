import type { Delivery, Line, Network } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { toEnvelope } from "../../src/envelope/envelope.ts";
import { TextPayload } from "../../src/envelope/payload.ts";
import { follow, type Token } from "../../src/envelope/token.ts";
import { engines, fan, line as lineNetwork, until } from "../networks.ts";

function token(edge: number, correlationId = "c1", value: object = { n: 1 }): Token {
  return {
    correlationId,
    edge,
    reason: undefined,
    cause: [],
    origin: "g",
    time: 1,
    hop: 1,
    headers: { traceparent: "t" },
    reply: undefined,
    payload: TextPayload.of(value),
  };
}

function edgeOf(network: Network, from: string, to: string): number {
  return network.edges.find((edge) => network.pods[edge.from]!.id === from && network.pods[edge.to]!.id === to)!.index;
}

function collect(line: Line, pod: number, credit = 100): Delivery[] {
  const got: Delivery[] = [];
  line.consume(pod, { credit }, (delivery) => got.push(delivery));
  return got;
}

describe.each(engines)("the %s engine keeps the contract of a transport:", (_, make) => {
  const into = edgeOf(lineNetwork, "g", "r");
  const out = edgeOf(lineNetwork, "r", "s");
  const open = async () => (await make()).open(lineNetwork);

  test("an injected token is delivered to the pod its edge leads to, with all its fields", async () => {
    const line = await open();
    const got = collect(line, 1);
    expect(await line.inject([token(into)])).toBe("new");
    await until(() => got.length === 1);
    expect(got[0]).toMatchObject({ attempt: 1, isRecovered: false });
    expect(got[0]!.token).toMatchObject({
      correlationId: "c1",
      edge: into,
      origin: "g",
      headers: { traceparent: "t" },
    });
    expect(got[0]!.token.payload!.take()).toEqual({ n: 1 });
  });

  test("each taker of a payload gets a copy of its own", async () => {
    const line = await open();
    const payload = line.seal({ list: [1], when: new Date(0), nothing: undefined });
    const first = payload.take() as { list: number[] };
    first.list.push(2);
    expect(payload.take()).toEqual({ list: [1], when: "1970-01-01T00:00:00.000Z" });
  });

  test("an id that was injected is not injected again, also after it was consumed", async () => {
    const line = await open();
    const got = collect(line, 1);
    expect(await line.inject([token(into)])).toBe("new");
    await until(() => got.length === 1);
    expect(await line.inject([token(into)])).toBe("duplicate");
    got[0]!.commit({ outputs: [] });
    await line.flush();
    expect(await line.inject([token(into, "c1", { other: true })])).toBe("duplicate");
    expect(got).toHaveLength(1);
  });

  test("a known output id is dropped: whichever token becomes durable first wins for ever", async () => {
    const line = await open();
    const received = collect(line, 1);
    const ended = collect(line, 2);
    await line.inject([token(into, "c1")]);
    await line.inject([token(into, "c2")]);
    await until(() => received.length === 2);
    received[0]!.commit({ outputs: [token(out, "c1", { by: "first" })] });
    await until(() => ended.length === 1);
    received[1]!.commit({ outputs: [{ ...token(out, "c1"), reason: "suppressed", payload: undefined }] });
    await line.flush();
    await until(() => line.backlog(1).messages === 0);
    expect(ended.map((delivery) => delivery.token.payload!.take())).toEqual([{ by: "first" }]);
  });

  test("a commit of a delivery that was committed before changes nothing", async () => {
    const line = await open();
    const received = collect(line, 1);
    const ended = collect(line, 2);
    await line.inject([token(into)]);
    await until(() => received.length === 1);
    received[0]!.commit({ outputs: [] });
    await line.flush();
    received[0]!.commit({ outputs: [token(out)] });
    await line.flush();
    expect(ended).toHaveLength(0);
  });

  test("outputs are delivered, and the input is gone, once the step is durable", async () => {
    const line = await open();
    const received = collect(line, 1);
    const ended = collect(line, 2);
    await line.inject([token(into)]);
    await until(() => received.length === 1);
    const done = await new Promise((resolve) => {
      received[0]!.commit({ outputs: [follow(received[0]!.token, out, line.seal({ n: 2 }), 5)] }, resolve);
    });
    expect(done).toBeUndefined();
    await until(() => ended.length === 1);
    expect(line.backlog(1).messages).toBe(0);
    expect(ended[0]!.token).toMatchObject({ cause: `c1/${into}`, hop: 2, time: 5 });
  });

  test("no more deliveries are open than there is credit, and a commit frees one", async () => {
    const line = await open();
    const got = collect(line, 1, 2);
    for (let n = 0; n < 5; n++) await line.inject([token(into, `c${n}`)]);
    await until(() => got.length === 2);
    await line.flush();
    expect(got).toHaveLength(2);
    expect(line.backlog(1).messages).toBe(5);
    got[0]!.commit({ outputs: [] });
    await until(() => got.length === 3);
    expect(line.backlog(1).messages).toBe(4);
  });

  test("deliveries come in order of arrival, and seq rises with it", async () => {
    const line = await open();
    const got = collect(line, 1);
    await Promise.all(Array.from({ length: 20 }, (_, n) => line.inject([token(into, `c${n}`)])));
    await until(() => got.length === 20);
    expect(got.map((delivery) => delivery.token.correlationId)).toEqual(Array.from({ length: 20 }, (_, n) => `c${n}`));
    expect(got.every((delivery, n) => n === 0 || delivery.seq > got[n - 1]!.seq)).toBe(true);
  });

  test("a retried token comes again after its delay, with the next attempt, and others pass it", async () => {
    const line = await open();
    const got: string[] = [];
    const began = Date.now();
    let again = 0;
    line.consume(1, { credit: 10 }, (delivery) => {
      got.push(`${delivery.token.correlationId}#${delivery.attempt}`);
      if (delivery.attempt === 1 && delivery.token.correlationId === "c0") delivery.retry(50);
      else {
        if (delivery.token.correlationId === "c0") again = Date.now();
        delivery.commit({ outputs: [] });
      }
    });
    await line.inject([token(into, "c0")]);
    await line.inject([token(into, "c1")]);
    await until(() => again > 0);
    expect(got).toEqual(["c0#1", "c1#1", "c0#2"]);
    expect(again - began).toBeGreaterThanOrEqual(48);
  });

  test("an ordered consumer gets nothing else while a token is retried", async () => {
    const line = await open();
    const got: string[] = [];
    line.consume(1, { credit: 1, isOrdered: true }, (delivery) => {
      got.push(`${delivery.token.correlationId}#${delivery.attempt}`);
      if (delivery.attempt < 3) delivery.retry(5);
      else delivery.commit({ outputs: [] });
    });
    await line.inject([token(into, "c0")]);
    await line.inject([token(into, "c1")]);
    await until(() => got.length === 6);
    expect(got).toEqual(["c0#1", "c0#2", "c0#3", "c1#1", "c1#2", "c1#3"]);
  });

  test("several inputs end with one step", async () => {
    const network = fan();
    const line = await (await make()).open(network);
    const join = network.pods.findIndex((pod) => pod.id === "j");
    const got = collect(line, join, Number.POSITIVE_INFINITY);
    await line.inject(network.pods[join]!.ingress.map((edge) => token(edge)));
    await until(() => got.length === 3);
    got[0]!.commit({ outputs: [], also: got.slice(1) });
    await line.flush();
    await until(() => line.backlog(join).messages === 0);
  });

  test("notes are written with a step, read at once, and forgotten when they say so", async () => {
    const line = await open();
    const got = collect(line, 1);
    await line.inject([token(into)]);
    await until(() => got.length === 1);
    const notes = [
      { pod: 1, name: "kept", value: "yes" },
      { pod: 1, name: "old", value: "gone", until: Date.now() - 1 },
    ];
    got[0]!.commit({ outputs: [], notes });
    await line.flush();
    expect(await line.note(1, "kept")).toBe("yes");
    expect(await line.note(1, "old")).toBeUndefined();
    expect(await line.note(2, "kept")).toBeUndefined();
    await line.inject([token(into, "c2")], { notes: [{ pod: 1, name: "kept", value: undefined }] });
    expect(await line.note(1, "kept")).toBeUndefined();
  });

  test("a receipt is kept with its tokens, and its key injects nothing twice", async () => {
    const line = await open();
    const receipt = {
      pod: 0,
      key: "k",
      body: "b",
      credentials: "c",
      correlationId: "c1",
      status: 202,
      answer: "{}",
      until: Date.now() + 60_000,
    };
    expect(await line.inject([token(into)], { receipt })).toBe("new");
    expect(await line.receipt(0, "k")).toEqual(receipt);
    expect(await line.inject([token(into, "c9")], { receipt: { ...receipt, correlationId: "c9" } })).toBe("duplicate");
    await line.answer({ ...receipt, status: 200 });
    expect((await line.receipt(0, "k"))?.status).toBe(200);
    expect(await line.receipt(0, "other")).toBeUndefined();
  });

  test("a sink keeps its newest payloads, counts all of them, and pages through them", async () => {
    const line = await open();
    line.consume(2, { credit: 100 }, (delivery) => delivery.commit({ outputs: [], record: { pod: 2, keep: 1_000 } }));
    for (let n = 1; n <= 10; n++) await line.inject([token(out, `c${n}`, { n })]);
    await until(async () => (await line.outputs(2)).count === 10);
    const all = await line.outputs(2);
    expect(all.results.map(({ text }) => JSON.parse(text).n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await line.outputs(2, { limit: 3 })).results.map(({ number }) => number)).toEqual([8, 9, 10]);
    expect((await line.outputs(2, { limit: 3, after: 2 })).results.map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(await line.outputOf(2, "c4")).toBe('{"n":4}');
    expect(await line.outputOf(2, "c99")).toBeUndefined();
  });

  test("dead letters are listed newest first, shown, and removed", async () => {
    const line = await open();
    const got = collect(line, 1);
    await line.inject([token(into, "c1")]);
    await line.inject([token(into, "c2")]);
    await until(() => got.length === 2);
    for (const delivery of got) {
      const dead = {
        pod: "r",
        reason: "failed" as const,
        error: "no",
        stack: undefined,
        attempts: 5,
        time: 1,
        envelopes: [toEnvelope(line.network, delivery.token)],
      };
      delivery.commit({ outputs: [], dead: { ...dead, error: delivery.token.correlationId } });
    }
    await line.flush();
    const letters = await line.deadLetters.list();
    expect(letters.map((letter) => letter.error)).toEqual(["c2", "c1"]);
    expect(await line.deadLetters.list({ pod: "s" })).toEqual([]);
    expect((await line.deadLetters.list({ before: letters[0]!.id })).map((letter) => letter.error)).toEqual(["c1"]);
    expect((await line.deadLetters.get(letters[0]!.id))?.attempts).toBe(5);
    expect(await line.deadLetters.remove([letters[0]!.id])).toBe(1);
    expect(await line.deadLetters.count()).toBe(1);
    expect(await line.deadLetters.remove()).toBe(1);
  });

  test("what is on its way can be counted by correlation id", async () => {
    const line = await open();
    await line.inject([token(into, "c1")]);
    expect(await line.pending("c1")).toBe(1);
    expect(await line.pending("c2")).toBe(0);
  });
});
