import { expect, test } from "vitest";
import { admits } from "../../src/plugins/version-problem.ts";

test.each([
  ["^1.2.3", "1.2.3", true],
  ["^1.2.3", "1.9.0", true],
  ["^1.2.3", "1.2.2", false],
  ["^1.2.3", "2.0.0", false],
  ["^0.1.0", "0.1.7", true],
  ["^0.1.0", "0.2.0", false],
  ["^0.0.3", "0.0.4", false],
  ["^0", "0.9.9", true],
  ["^0", "1.0.0", false],
  ["^1", "1.4.0", true],
  ["~1.2", "1.2.9", true],
  ["~1.2", "1.3.0", false],
  ["1.2.3", "1.2.3", true],
  ["1.2.3", "1.2.4", false],
  [">=0.1", "3.0.0", true],
  [">=0.4", "0.3.9", false],
  ["^1.0.0 || ^2.0.0", "2.5.0", true],
  ["*", "0.1.0", true],
  ["workspace:^", "0.1.0", true],
  ["^0.1.0", "0.1.0-next.1", true],
])("the range %s and the version %s: %s", (range, version, expected) => {
  expect(admits(range, version)).toBe(expected);
});
