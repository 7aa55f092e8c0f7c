import { expect, test } from "vitest";
import { Early } from "../../src/server/early.ts";

test("what comes before anybody takes it is taken first, in its order, and once", () => {
  const early = new Early<number>();
  early.push(1);
  early.push(2);
  const taken: number[] = [];
  early.takeBy((value) => taken.push(value));
  expect(taken).toEqual([1, 2]);
  early.push(3);
  expect(taken).toEqual([1, 2, 3]);
});
