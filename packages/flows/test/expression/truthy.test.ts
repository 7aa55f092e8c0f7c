import { expect, test } from "vitest";
import { isTruthy } from "../../src/expression/truthy.ts";

test.for([false, null, 0, "", [], {}, "false", "False", "NO", "0", "none", "off", " off ", -0])(
  "%j is not true",
  (value) => {
    expect(isTruthy(value)).toBe(false);
  },
);

test.for([true, 1, -1, "yes", "null", "0.0", "a", [0], { a: null }, "falsey"])("%j is true", (value) => {
  expect(isTruthy(value)).toBe(true);
});
