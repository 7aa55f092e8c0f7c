import { beforeAll, describe, expect, test } from "vitest";
import { loadCel } from "../../src/expression/cel.ts";
import { compileTemplate, prepareTemplates } from "../../src/expression/compile-template.ts";
import { ExpressionError } from "../../src/expression/expression-error.ts";
import type { Json } from "../../src/json.ts";
import { scope } from "./scope.ts";

beforeAll(() => loadCel());

function evaluate(source: Json, parts = {}): Json {
  return compileTemplate(source).template.evaluate(scope(parts));
}

function failure(source: string, parts = {}): ExpressionError {
  try {
    evaluate(source, parts);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${source} did not fail`);
}

describe("a template", () => {
  test.for<[string, Json]>([
    ["${{ inputs.count }}", 3],
    ["  ${{ inputs.count }}\n", "  3\n"],
    ["${{ steps.fetch.output.list }}", [1, 2, 3]],
    ["${{ steps.fetch.output.nothing }}", null],
    ["${{ true }}", true],
    ["${{ {'a': [1, 'b', null]} }}", { a: [1, "b", null] }],
    ["n=${{ inputs.count }}", "n=3"],
    ["${{ inputs.count }}${{ inputs.ratio }}", "30.5"],
    ["${{ inputs.name }}/${{ steps.fetch.status }}", "Zoë/completed"],
    ["l=${{ steps.fetch.output.list }} m=${{ steps.fetch.output.nested }}", 'l=[1,2,3] m={"a-b":true}'],
    ["[${{ steps.fetch.output.nothing }}]", "[]"],
    ["$${{ inputs.count }}", "${{ inputs.count }}"],
    ["a $${{ b }} ${{ inputs.count }}", "a ${{ b }} 3"],
    ["${{ '}}' + \"}}\" }}", "}}}}"],
    ["${{ {'a': {'b': 1}}.a.b }}", 1],
    ["${{ '''it's }}''' }}", "it's }}"],
    ["${{ r'\\d' }}x", "\\dx"],
    ["${{ 'a\\'}}' }}", "a'}}"],
    ["no expression", "no expression"],
    ["${ {x} }", "${ {x} }"],
  ])("%s gives %j", ([source, value]) => {
    expect(evaluate(source)).toEqual(value);
  });

  test("is resolved in lists and maps, but not in keys", () => {
    expect(evaluate({ "${{ inputs.count }}": ["${{ inputs.count }}", { x: "v${{ inputs.count }}", y: 1 }] })).toEqual({
      "${{ inputs.count }}": [3, { x: "v3", y: 1 }],
    });
  });

  test("keeps a key that is called __proto__", () => {
    const value = evaluate(JSON.parse('{"__proto__": "${{ inputs.count }}", "a": "$${{"}')) as Record<string, Json>;
    expect(Object.entries(value)).toEqual([
      ["__proto__", 3],
      ["a", "${{"],
    ]);
  });

  test("says which steps it names", () => {
    const { template } = compileTemplate(["${{ steps.a.output }}", '${{ steps["b"].x + steps.c[steps.d.output].y }}']);
    expect([...template.stepIds].sort()).toEqual(["a", "b", "c", "d"]);
    expect(template.dynamic).toBe(true);
    expect(compileTemplate("$${{ steps.a }}").template.dynamic).toBe(false);
  });

  test("needs nothing loaded for plain paths", () => {
    expect(prepareTemplates({ a: "${{ steps.a.output[0].b }}" })).toBeUndefined();
  });
});

describe("an expression", () => {
  test.for<[string, Json]>([
    ["inputs.count + 1", 4],
    ["1 + inputs.count", 4],
    ["inputs.count * 2 - 1", 5],
    ["inputs.count % 2", 1],
    ["inputs.count / 2", 1.5],
    ["7 / 2", 3],
    ["7.0 / 2", 3.5],
    ["size(steps.fetch.output.list) + inputs.count", 6],
    ["steps.fetch.output.list[inputs.count - 1]", 3],
    ["'n: ' + inputs.count", "n: 3"],
    ["inputs.count + ' items'", "3 items"],
    ["'is ' + true", "is true"],
    ["inputs.count == 3 && inputs.count > 2.5 && 1 < inputs.ratio + 1", true],
    ["inputs.count > 2 ? 'many' : 0", "many"],
    ["inputs.count > 9 ? 'many' : (inputs.count > 5 ? 1 : null)", null],
    ["steps.fetch.?missing.orValue('none')", "none"],
    ["steps.?nobody.?output.orValue(0)", 0],
    ["steps.fetch.output.?text.orValue('none')", "abc"],
    ["steps.?nobody", null],
    ["has(steps.fetch.output.text)", true],
    ["has(steps.fetch.output.tixt)", false],
    ["'fetch' in steps", true],
    ["2 in steps.fetch.output.list", true],
    ["steps.fetch.output.list.map(x, x * 2)", [2, 4, 6]],
    ["steps.fetch.output.list.filter(x, x > 1).size()", 2],
    ["steps.each.output.exists(x, x.n == 2)", true],
    ["cel.bind(x, inputs.count, x + x)", 6],
    ["secrets.TOKEN", "s3cret"],
    ["visits.fetch", 2],
    ["timestamp('2024-01-02T03:04:05Z') + duration('1h')", "2024-01-02T04:04:05.000Z"],
    ["duration('90m')", "5400s"],
    ["b'abc'", "YWJj"],
    ["type(1)", "int"],
    ["uint(3)", 3],
    ["json({'a': [1, 2.5, null]})", '{"a":[1,2.5,null]}'],
    ["parse_json('{\"a\": [1]}').a[0] + 1", 2],
    ["base64('Zoë') + from_base64('Wm/Dqw==')", "Wm/Dqw==Zoë"],
    ["sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["md5('abc')", "900150983cd24fb0d6963f7d28e17f72"],
    ["join(steps.fetch.output.list, '-')", "1-2-3"],
    ["['a', 'b'].join('-')", "a-b"],
    ["split('a,b', ',')", ["a", "b"]],
    ["'a,b'.split(',')", ["a", "b"]],
    ["replace('a.b.c', '.', '$&')", "a$&b$&c"],
    ["'aXa'.lower() + upper('b') + trim(' c ')", "axaBc"],
    ["string(steps.fetch.output.list) + string(null) + string(1.5)", "[1,2,3]1.5"],
    ["date('2024-03-09T23:30:00Z').format('yyyy/MM/dd HH:mm')", "2024/03/09 23:30"],
    ["date('2024-03-09T23:30:00Z').format('dd HH', 'Asia/Tokyo')", "10 08"],
    ["date(0).format('yyyy')", "1970"],
    ["keys(steps.fetch.output.nested)", ["a-b"]],
    ["values({'a': 1})", [1]],
    ["range(3)", [0, 1, 2]],
    ["round(2.5) + floor(1.9) + ceil(0.1) + abs(-2)", 7],
    ["steps.fetch.output.nested['a-b']", true],
    ["trigger.payload.constructor", "mine"],
  ])("%s is %j", ([source, value]) => {
    expect(evaluate(`\${{ ${source} }}`)).toEqual(value);
  });

  test.for<[string, string, string?]>([
    ["steps.nobody.output", "missing-value", "steps.nobody"],
    ["steps.fetch.output.nested.deep.er", "missing-value", "steps.fetch.output.nested.deep"],
    ["steps.fetch.output.nothing.x", "missing-value", "steps.fetch.output.nothing.x"],
    ["steps.fetch.output.list[7]", "missing-value", "steps.fetch.output.list[7]"],
    ["steps.fetch.output.list.x", "missing-value", "steps.fetch.output.list.x"],
    ["1 + steps.fetch.output.nope.x", "missing-value", "steps.fetch.output.nope"],
    ["steps.fetch.output.list[inputs.count + 7]", "missing-value", "steps.fetch.output.list[inputs.count + 7]"],
    ["item", "unknown-name"],
    ["item + 1", "unknown-name"],
    ["constructor", "unknown-name"],
    ["steps.constructor", "missing-value", "steps.constructor"],
    ["steps.__proto__", "missing-value", "steps.__proto__"],
    ["steps['__proto__'].x", "missing-value", "steps['__proto__']"],
    ["steps.fetch.output.text.length", "missing-value", "steps.fetch.output.text.length"],
    ["inputs.count + [1]", "expression-type"],
    ["inputs.count && true", "expression-type"],
    ["nothing_like_it(1)", "expression-type"],
    ["1 +", "expression-syntax"],
    ["inputs.count / 0", "not-a-number"],
    ["9007199254740993", "not-a-number"],
    ["parse_json('{')", "expression-failed"],
    ["date('soon')", "expression-failed"],
    ["date(0).format('yyyy', 'Mars/Base')", "expression-failed"],
    ["range(100000000)", "expression-failed"],
    ["'x'.matches('(')", "expression-type"],
    ["'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')", "expression-timeout"],
    ["inputs.big.map(a, inputs.big.map(b, inputs.big.map(c, a + b + c))).size()", "expression-timeout"],
  ])("%s fails with %s", ([source, code, missing]) => {
    const error = failure(`\${{ ${source} }}`);
    expect(error.code).toBe(code);
    expect(error.expression).toBe(source);
    if (missing !== undefined) {
      expect(error.missing).toBe(missing);
      expect(error.message).toContain(missing);
    }
  });

  test("cannot grow without bound", () => {
    const doubling = Array.from({ length: 30 }).reduce<string>(
      (inner, _, depth) => `cel.bind(v${30 - depth}, v${29 - depth} + v${29 - depth}, ${inner})`,
      "v30.size()",
    );
    const text = failure(`\${{ cel.bind(v0, 'xxxxxxxx', ${doubling}) }}`);
    expect(["expression-timeout", "expression-too-large"]).toContain(text.code);
    const list = failure(`\${{ cel.bind(v0, [1,2,3,4], ${doubling}) }}`);
    expect(["expression-timeout", "expression-too-large"]).toContain(list.code);
    expect(failure("${{ replace(inputs.x, 'a', inputs.x) }}", { inputs: { x: "a".repeat(100_000) } }).code).toBe(
      "expression-failed",
    );
    expect(failure(`\${{ ${"1 + ".repeat(3_000)}1 }}`).code).toBe("expression-syntax");
    expect(failure(`\${{ ${"(".repeat(3_000)}1${")".repeat(3_000)} }}`).code).toBe("expression-syntax");
  });

  test("refuses what is no value: class instances and functions are not reachable", () => {
    expect(() => evaluate("${{ steps.a.toString }}", { steps: { a: new Date() } })).toThrow(ExpressionError);
    expect(() => evaluate("${{ steps.a }}", { steps: { a: () => 1 } })).toThrow(ExpressionError);
    expect(() => evaluate("${{ steps.a.constructor.constructor }}", { steps: { a: {} } })).toThrow(ExpressionError);
  });
});
