import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { cel, loadCel } from "../../src/expression/cel.ts";
import { resultToJson } from "../../src/expression/cel-result.ts";
import { compileTemplate } from "../../src/expression/compile-template.ts";
import { scope } from "./scope.ts";

beforeAll(() => loadCel());

const key = fc.constantFrom("a", "b", "constructor", "length", "x1", "0", "toString");
const part = fc.oneof(
  key.filter((name) => name !== "0").map((name) => `.${name}`),
  key.map((name) => `["${name}"]`),
  key.map((name) => `['${name}']`),
  fc.nat(3).map((index) => `[${index}]`),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1.5, "text", ""),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      key.filter((name) => name !== "constructor"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));

/** The value, or that there is none. */
function outcome(work: () => unknown): unknown {
  try {
    return { value: work() };
  } catch {
    return "fails";
  }
}

test("a path gives what CEL gives, or fails where CEL fails", () => {
  fc.assert(
    fc.property(value, fc.array(part, { maxLength: 5 }), (steps, parts) => {
      const source = `inputs${parts.join("")}`;
      const { template } = compileTemplate(`\${{ ${source} }}`);
      const fast = outcome(() => template.evaluate(scope({ inputs: steps as never })));
      const slow = outcome(() =>
        resultToJson(cel().parse(source)(Object.assign(Object.create(null), { inputs: steps }))),
      );
      expect(fast).toEqual(slow);
    }),
    { numRuns: 2_000 },
  );
});
