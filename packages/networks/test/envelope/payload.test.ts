import fc from "fast-check";
import { expect, test } from "vitest";
import { TextPayload, ValuePayload } from "../../src/envelope/payload.ts";

class Money {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
  toJSON(key: string): object {
    return { amount: this.amount, key };
  }
}

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(
    null,
    undefined,
    Number.NaN,
    -0,
    Symbol("s"),
    () => 1,
    new Date(0),
    new Money(3),
    new Map([[1, 2]]),
    Object("x"),
  ),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("any")),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("any")),
  ),
})).any;

test("a copied payload is what JSON would make of it, whatever a hook returns", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (object) => {
      const expected: unknown = JSON.parse(JSON.stringify(object));
      const copied = ValuePayload.of(object);
      expect(copied.take()).toEqual(expected);
      expect(JSON.parse(copied.text())).toEqual(expected);
      expect(TextPayload.of(object).take()).toEqual(expected);
    }),
  );
});

test("a key called __proto__ is data and changes no prototype", () => {
  const object: object = JSON.parse('{"__proto__":{"admin":true}}');
  const copy = ValuePayload.of(object).take() as { admin?: boolean };
  expect(copy.admin).toBeUndefined();
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
});
