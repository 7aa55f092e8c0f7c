import { join } from "node:path";
import { createSqliteTransport, type Delivery, LockedError } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { TextPayload } from "../../src/envelope/payload.ts";
import type { Token } from "../../src/envelope/token.ts";
import { closing, line as lineNetwork, network, temporaryFolder, until } from "../networks.ts";

function token(edge: number, correlationId: string): Token {
  const base = { reason: undefined, cause: [], origin: "g", time: 1, hop: 1, headers: undefined, reply: undefined };
  return { ...base, correlationId, edge, payload: TextPayload.of({ id: correlationId }) };
}

const into = lineNetwork.edges.find((edge) => edge.to === 1)!.index;

describe("a SQLite network that is opened again", () => {
  test("delivers what was waiting, in the same order, as recovered", async () => {
    const file = join(temporaryFolder(), "n.db");
    const first = closing(createSqliteTransport({ file }));
    const before = await first.open(lineNetwork);
    for (let n = 0; n < 5; n++) await before.inject([token(into, `c${n}`)]);
    await first.close();
    const line = await closing(createSqliteTransport({ file })).open(lineNetwork);
    const got: Delivery[] = [];
    line.consume(1, { credit: 10 }, (delivery) => got.push(delivery));
    await until(() => got.length === 5);
    expect(got.map((delivery) => delivery.token.correlationId)).toEqual(["c0", "c1", "c2", "c3", "c4"]);
    expect(got.every((delivery) => delivery.isRecovered && delivery.attempt === 1)).toBe(true);
  });

  test("counts an attempt that was begun and did not end", async () => {
    const file = join(temporaryFolder(), "n.db");
    for (const attempt of [1, 2, 3]) {
      const transport = closing(createSqliteTransport({ file }));
      const line = await transport.open(lineNetwork);
      if (attempt === 1) await line.inject([token(into, "c")]);
      const got: Delivery[] = [];
      line.consume(1, { credit: 10 }, (delivery) => got.push(delivery));
      await until(() => got.length === 1);
      expect(got[0]!.attempt).toBe(attempt);
      await new Promise<void>((resolve) => got[0]!.begin(resolve));
      await transport.close();
    }
  });

  test("remembers ids, outputs, notes and the time of arrival", async () => {
    const file = join(temporaryFolder(), "n.db");
    const first = closing(createSqliteTransport({ file }));
    const before = await first.open(lineNetwork);
    await before.inject([token(into, "c")], { notes: [{ pod: 0, name: "auto", value: "1" }] });
    const arrived: number[] = [];
    before.consume(1, { credit: 1 }, (delivery) => arrived.push(delivery.arrivedAt));
    await until(() => arrived.length === 1);
    await first.close();
    const line = await closing(createSqliteTransport({ file })).open(lineNetwork);
    expect(await line.inject([token(into, "c")])).toBe("duplicate");
    expect(await line.note(0, "auto")).toBe("1");
    line.consume(1, { credit: 1 }, (delivery) => arrived.push(delivery.arrivedAt));
    await until(() => arrived.length === 2);
    expect(arrived[1]).toBe(arrived[0]);
  });

  test("keeps tokens of an older revision whose edge still exists, and buries those whose edge is gone", async () => {
    const file = join(temporaryFolder(), "n.db");
    const old = network(["g:gateway", "a:relay", "b:relay", "s:sink"], ["g>a", "a>b", "b>s"]);
    const first = closing(createSqliteTransport({ file }));
    const before = await first.open(old);
    const edge = (from: number, to: number) => old.edges.find((e) => e.from === from && e.to === to)!.index;
    await before.inject([token(edge(0, 1), "kept")]);
    await before.inject([token(edge(1, 2), "lost")]);
    await first.close();
    const now = network(["g:gateway", "a:relay", "s:sink"], ["g>a", "a>s"]);
    const line = await closing(createSqliteTransport({ file })).open(now);
    const got: Delivery[] = [];
    line.consume(1, { credit: 10 }, (delivery) => got.push(delivery));
    await until(() => got.length === 1);
    expect(got[0]!.token.correlationId).toBe("kept");
    expect(now.edges[got[0]!.token.edge]).toMatchObject({ from: 0, to: 1 });
    const [letter] = await line.deadLetters.list();
    expect(letter).toMatchObject({ reason: "stale-edge", pod: "b" });
    expect(letter!.envelopes[0]).toMatchObject({ from: "a", to: "b", corr: "lost", data: { id: "lost" } });
  });

  test("is not run twice at once", async () => {
    const file = join(temporaryFolder(), "n.db");
    await closing(createSqliteTransport({ file })).open(lineNetwork, { url: "http://here" });
    const second = closing(createSqliteTransport({ file }));
    await expect(second.open(lineNetwork)).rejects.toThrow(LockedError);
  });
});
