import { beforeAll, describe, expect, test } from "vitest";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { loadCel } from "../../src/expression/cel.ts";
import { functionNames } from "../../src/expression/cel-functions.ts";
import { compileTemplate } from "../../src/expression/compile-template.ts";
import { type ExpressionFunction, expressionFunction } from "../../src/expression/expression-function.ts";
import { createFunctionSet } from "../../src/expression/function-set.ts";
import type { Json } from "../../src/json.ts";
import { scope } from "./scope.ts";

beforeAll(() => loadCel());

const slug = expressionFunction({
  name: "slug",
  description: "A text as part of a path.",
  parameters: ["string", "string"],
  returns: "string",
  call: (text, separator) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, separator),
});
const half = expressionFunction({
  name: "half",
  parameters: ["number"],
  returns: "number",
  call: (value) => value / 2,
});
const first = expressionFunction({
  name: "first",
  parameters: ["list"],
  call(list) {
    (list as Json[]).reverse();
    return list.at(-1) ?? null;
  },
});

function setOf(...functions: ExpressionFunction[]) {
  return createFunctionSet([{ source: "plugins/mine.ts", functions }], functionNames);
}

const all = setOf(slug, half, first);

function evaluate(text: string, values: Record<string, Json> = {}, functions = all) {
  const { template, diagnostics } = compileTemplate(text, undefined, { functions });
  expect(diagnostics).toEqual([]);
  return template.evaluate(scope({ inputs: values }));
}

describe("functions of plugins", () => {
  test("are called with JSON and give JSON, alone, in text and within other calls", () => {
    expect(evaluate('${{ slug("Hello, World", "-") }}')).toBe("hello-world");
    expect(evaluate("a/${{ upper(slug(inputs.title, '_')) }}", { title: "Big News" })).toBe("a/BIG_NEWS");
    expect(evaluate("${{ half(3) + half(inputs.n) }}", { n: 5 })).toBe(4);
    expect(evaluate("${{ inputs.list.map(n, half(n)) }}", { list: [2, 4] })).toEqual([1, 2]);
  });

  test("cannot change what they are given", () => {
    const list = [1, 2, 3];
    expect(evaluate("${{ first(inputs.list) }}", { list })).toBe(1);
    expect(list).toEqual([1, 2, 3]);
  });

  test.each([
    ["${{ slug(5, '-') }}", "expression-type"],
    ["${{ slug('a') }}", "expression-type"],
    ["${{ slugg('a', '-') }}", "unknown-function"],
  ])("are known to validation: %s", (text, code) => {
    const { diagnostics } = compileTemplate(text, undefined, { functions: all });
    expect(diagnostics.map((found) => found.code)).toEqual([code]);
    expect(diagnostics[0]!.severity).toBe("error");
  });

  test("that nobody has loaded are a warning, because a plugin may bring them", async () => {
    const text = "name: a\nsteps: [{ id: b, uses: data.set, with: { x: \"${{ slug('a', '-') }}\" } }]\n";
    const { diagnostics, flow } = await parseFlow(text, { isPartial: true });
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["unknown-function", "warning"]]);
    expect(flow).toBeDefined();
    expect((await parseFlow(text, {})).diagnostics[0]).toMatchObject({ code: "unknown-function", severity: "error" });
    expect((await parseFlow(text, { functions: all })).diagnostics).toEqual([]);
  });

  test("are found by what was compiled without them, through the scope", () => {
    const { template } = compileTemplate("${{ half(inputs.n) }}");
    expect(template.evaluate(scope({ inputs: { n: 4 }, functions: all }))).toBe(2);
    expect(() => template.evaluate(scope({ inputs: { n: 4 } }))).toThrow();
  });

  test.each<[string, ExpressionFunction["call"], RegExp, string]>([
    [
      "throws",
      () => {
        throw new Error("no such city");
      },
      /odd: no such city/,
      "expression-failed",
    ],
    ["gives a promise", (() => Promise.resolve(1)) as never, /promise/, "expression-failed"],
    ["gives another type", () => 5, /promises a string and gave a number/, "expression-failed"],
    ["gives what is no JSON", (() => Symbol("x")) as never, /no expression can use/, "expression-failed"],
    [
      "never comes back",
      () => {
        for (;;);
      },
      /more than 50 ms/,
      "expression-timeout",
    ],
  ])("that one %s fails the expression with a sentence", (_, call, message, code) => {
    const odd: ExpressionFunction = { name: "odd", parameters: [], returns: "string", call };
    const { template } = compileTemplate("${{ odd() }}", undefined, { functions: setOf(odd) });
    let thrown: unknown;
    try {
      template.evaluate(scope({}));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("of the same name are told with both sources, and none takes the name of one of Pawl's", () => {
    const other = { ...slug, call: () => "other" };
    const set = createFunctionSet(
      [
        { source: "plugins/a.ts", functions: [slug] },
        { source: "pawl-plugin-b", functions: [other, { ...slug, name: "upper" }, { ...slug, name: "size" }] },
      ],
      functionNames,
    );
    expect(set.diagnostics.map(({ code }) => code)).toEqual(Array(3).fill("duplicate-function"));
    expect(set.diagnostics[0]!.message).toMatch(/plugins\/a\.ts.*pawl-plugin-b/);
    expect(evaluate('${{ slug("A B", "-") + upper("x") }}', {}, set)).toBe("a-bX");
  });

  test("of two sets do not meet", () => {
    const shout = setOf({ ...slug, call: (text) => `${text}!` });
    expect(evaluate('${{ slug("a b", "-") }}')).toBe("a-b");
    expect(evaluate('${{ slug("a b", "-") }}', {}, shout)).toBe("a b!");
  });
});
