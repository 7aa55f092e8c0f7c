import { describe, expect, test } from "vitest";
import { runFlow, steps } from "../../packages/flows/test/execution/flow-kit.ts";

/** What one expression gives. */
async function resultOf(expression: string, before = ""): Promise<unknown> {
  const text = steps(`${before}\n  - { id: it, uses: data.set, with: { v: '${expression.replaceAll("'", "''")}' } }\n`);
  const { run, outputs } = await runFlow(text);
  if (run.status !== "completed") throw new Error(run.error?.message);
  return (outputs.it as { v: unknown }).v;
}

describe("an expression", () => {
  test("may stand right beside another one", async () => {
    expect(await resultOf('${{ "a" }}/${{ "b" }}')).toBe("a/b");
    expect(await resultOf('${{ "a" }}${{ "b" }}')).toBe("ab");
  });

  test("knows true, false and null, sizes, defaults and JSON", async () => {
    expect(await resultOf("${{ true && !false }}")).toBe(true);
    expect(await resultOf("${{ null }}")).toBe(null);
    expect(await resultOf("${{ size([1, 2, 3]) }}")).toBe(3);
    expect(await resultOf('${{ vars.?nothing.orValue("none") }}')).toBe("none");
    expect(await resultOf("${{ parse_json('{\"a\": [1, 2]}').a[1] }}")).toBe(2);
    expect(await resultOf("${{ json({'a': 1}) }}")).toBe('{"a":1}');
  });

  test("in a text writes true, maps and lists as JSON does, and null as nothing", async () => {
    expect(await resultOf("is ${{ 1 == 1 }}, ${{ null }}, ${{ {'a': [1]} }}")).toBe('is true, , {"a":[1]}');
  });

  test("may look at a step that was skipped, and finds null", async () => {
    const skipped = "\n  - { id: s, if: false, uses: data.set, with: { x: 1 } }";
    expect(await resultOf("${{ steps.s.output }}", skipped)).toBe(null);
    expect(await resultOf('${{ steps.s.?output.?x.orValue("none") }}', skipped)).toBe("none");
    expect(await resultOf("${{ steps.s.status }}", skipped)).toBe("skipped");
  });

  test("after a nested loop still knows the item of the outer one", async () => {
    const { outputs } = await runFlow(
      steps(`
  - id: o
    loop: [a, b]
    steps:
      - { id: i, loop: [1, 2], uses: data.set, with: { v: "\${{ parent.item }}\${{ item }}" } }
      - { id: after, uses: data.set, with: { v: "\${{ item }}" } }
`),
    );
    expect(outputs).toMatchObject({
      "o[0].i[1]": { v: "a2" },
      "o[0].after": { v: "a" },
      "o[1].i[0]": { v: "b1" },
      "o[1].after": { v: "b" },
    });
  });

  test("finds the output of each pass of a loop by its index", async () => {
    const loop = '\n  - { id: l, loop: [x, y], uses: data.set, with: { v: "${{ item }}", n: "${{ index }}" } }';
    expect(await resultOf("${{ steps.l.output[1].v }}", loop)).toBe("y");
    expect(await resultOf("${{ steps.l.output.map(o, o.n) }}", loop)).toEqual([0, 1]);
  });

  test("is never a method by mistake: keys called items, keys, values and get are keys", async () => {
    const map = "\n  - { id: m, uses: data.set, with: { items: [1], keys: k, values: v, get: g } }";
    expect(await resultOf("${{ [steps.m.output.items[0], steps.m.output.keys, steps.m.output.get] }}", map)).toEqual([
      1,
      "k",
      "g",
    ]);
  });
});
