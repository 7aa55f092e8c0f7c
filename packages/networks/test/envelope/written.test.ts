import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextPayload } from "../../src/envelope/payload.ts";
import type { Token } from "../../src/envelope/token.ts";
import { bodyOf, placeOf, tokenOf } from "../../src/nats/message.ts";
import { headOf, tokenOf as rowToken } from "../../src/transport/sqlite/token-row.ts";

const text = fc.oneof(fc.uuid(), fc.string(), fc.string({ unit: "binary" }));
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const tokens: fc.Arbitrary<Token> = fc
  .record({
    correlationId: text.filter((id) => id !== ""),
    reason: some(fc.constantFrom("suppressed", "failed", "expired", "rejected")),
    from: fc.oneof(fc.integer({ min: -1, max: 40 }), text, fc.array(text)),
    origin: text,
    time: fc.nat(),
    hop: fc.nat(99),
    headers: some(fc.dictionary(fc.string(), fc.string())),
    reply: some(text.filter((reply) => reply !== "")),
    keys: some(fc.dictionary(fc.string(), fc.string())),
    payload: some(fc.dictionary(fc.string(), fc.jsonValue())),
  })
  .map(({ from, payload, ...token }) => ({
    ...token,
    edge: 3,
    cause: typeof from === "number" ? `${token.correlationId}/${from}` : from,
    payload: payload === undefined ? undefined : TextPayload.of(payload),
  }));

describe("a token in a message", () => {
  test("is read as it was written, whatever stands in it", () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const read = tokenOf(bodyOf(token), 3)!;
        expect({ ...read, payload: read.payload?.text() }).toEqual({ ...token, payload: token.payload?.text() });
      }),
    );
  });

  test("of a version that wrote the whole id of its cause is still read", () => {
    const body = '[1,"c1",0,"c1/0","g",5,2,0,0]\n{"n":1}';
    expect(tokenOf(body, 1)).toMatchObject({ correlationId: "c1", cause: "c1/0", origin: "g", time: 5, hop: 2 });
  });

  test("that is none is nothing", () => {
    for (const body of ["", "[]", "{}", "[2]", "nonsense\n{}"]) expect(tokenOf(body, 0)).toBeUndefined();
  });
});

describe("where a message stands", () => {
  const time = "1763723123123456789";

  test.each([
    ["of a server as it is", `$JS.ACK.line.r.3.120.119.${time}.7`],
    ["of one with a domain", `$JS.ACK.hub.ACCOUNT.line.r.3.120.119.${time}.7.tail`],
    ["of one with a domain and nothing behind", `$JS.ACK.hub.ACCOUNT.line.r.3.120.119.${time}.7`],
  ])("is read from the reply subject %s", (_, reply) => {
    expect(placeOf(reply)).toEqual({ deliveries: 3, seq: 120, storedAt: 1_763_723_123_123 });
  });
});

describe("a token in a row", () => {
  test("is read as it was written, whatever stands in it", () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const { correlationId: corr, edge, payload } = token;
        const read = rowToken({ corr, edge, head: headOf(token), data: payload?.text() ?? null });
        expect({ ...read, payload: read.payload?.text() }).toEqual({ ...token, payload: payload?.text() });
      }),
    );
  });

  test("of a file that has the whole id of its cause is still read", () => {
    const row = { corr: "c1", edge: 1, head: '[null,"c1/0","g",5,2,null,null]', data: '{"n":1}' };
    expect(rowToken(row)).toMatchObject({ cause: "c1/0", origin: "g", time: 5, hop: 2, reason: undefined });
  });
});
