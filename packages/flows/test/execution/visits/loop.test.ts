import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type NodeDefinition, node } from "../../../src/index.ts";
import { runFlow, steps, storeKinds } from "../flow-kit.ts";

describe.each(storeKinds)("loop, on the %s store", (kind) => {
  test("records each item from 0, and the step's output is the list of outputs", async () => {
    const { run, outputs } = await runFlow(
      steps(`
  - { id: each, uses: data.set, loop: [a, b], with: { item: "\${{ item }}", index: "\${{ index }}" } }
  - { id: after, uses: data.set, with: { list: "\${{ steps.each.output }}", second: "\${{ steps.each.output[1].item }}" } }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(outputs).toEqual({
      "each[0]": { item: "a", index: 0 },
      "each[1]": { item: "b", index: 1 },
      after: {
        list: [
          { item: "a", index: 0 },
          { item: "b", index: 1 },
        ],
        second: "b",
      },
    });
  });

  test("nests: the outer item is `parent.item`, and is there again after the inner loop", async () => {
    const { outputs } = await runFlow(
      steps(`
  - id: o
    loop: [x, y]
    steps:
      - { id: i, uses: data.set, loop: [1, 2], with: { v: "\${{ parent.item }}\${{ item }}\${{ parent.index }}\${{ index }}" } }
      - { id: after, uses: data.set, with: { v: "\${{ item }}" } }
`),
      { kind },
    );
    expect(outputs["o[1].i[0]"]).toEqual({ v: "y110" });
    expect(outputs["o[0].i[1]"]).toEqual({ v: "x201" });
    expect(outputs["o[1].after"]).toEqual({ v: "y" });
    expect(outputs["o[0]"]).toEqual({ i: [{ v: "x100" }, { v: "x201" }], after: { v: "x" } });
  });

  test("a revisited loop records `id#2[0]`", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: l, uses: data.set, loop: [1, 2], next: "\${{ visits.l == 1 ? 'l' : 'end' }}" }
`),
      { kind },
    );
    expect(Object.keys(statuses)).toEqual(["l[0]", "l[1]", "l#2[0]", "l#2[1]"]);
  });
});

describe("loop", () => {
  test("without items skips the step", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: l, uses: data.set, loop: [] }
`),
    );
    expect(statuses).toEqual({ l: "skipped" });
  });

  test.each(["5", "'a, b'", "{'a': 1}", "null"])("over %s, which is no list, fails the step", async (value) => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: l, uses: data.set, loop: "\${{ dyn(${value}) }}" }
`),
    );
    expect(statuses).toEqual({ l: "failed" });
    expect(run.error?.code).toBe("loop-not-a-list");
  });

  test("stops at the first item that fails, and fails the step with what it has", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: l, uses: assert.that, loop: [true, false, true], with: { condition: "\${{ item }}" } }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "assertion-failed" } });
    expect(run.error?.message).toContain('"l[1]"');
    expect(statuses).toEqual({ "l[0]": "completed", "l[1]": "failed" });
  });

  test("goes on past a failed item under continue_on_error, with the error in its place", async () => {
    const { run, statuses, outputs } = await runFlow(
      steps(`
  - { id: l, uses: assert.that, loop: [true, false, true], with: { condition: "\${{ item }}" }, continue_on_error: true }
  - { id: after, uses: data.set, with: { list: "\${{ steps.l.output }}", status: "\${{ steps.l.status }}", code: "\${{ steps.l.error.code }}" } }
`),
    );
    expect(run.status).toBe("completed");
    expect(statuses["l[2]"]).toBe("completed");
    expect(outputs.after).toMatchObject({
      list: [true, { error: { code: "assertion-failed" } }, true],
      status: "failed",
      code: "assertion-failed",
    });
  });

  test("may be over a group, whose children have an entry of their own for each item", async () => {
    const { outputs } = await runFlow(
      steps(`
  - id: g
    loop: [1, 2]
    steps:
      - { id: maybe, uses: data.set, if: "\${{ item == 1 }}", with: { n: "\${{ item }}" } }
      - { id: look, uses: data.set, with: { seen: "\${{ steps.g.maybe.output }}" } }
`),
    );
    expect(outputs["g[0].look"]).toEqual({ seen: { n: 1 } });
    expect(outputs["g[1].look"]).toEqual({ seen: null });
  });
});

describe("max_parallel", () => {
  const inFlight = { now: 0, most: 0 };
  const busy: NodeDefinition<{ n: number }> = node({
    name: "test.busy",
    input: z.object({ n: z.number() }),
    async run({ n }) {
      inFlight.now += 1;
      inFlight.most = Math.max(inFlight.most, inFlight.now);
      await new Promise((resolve) => setTimeout(resolve, 5 * (5 - n)));
      inFlight.now -= 1;
      return n;
    },
  });

  test("runs that many items at once, and keeps the outputs in order", async () => {
    inFlight.most = 0;
    const { outputs } = await runFlow(
      steps(`
  - { id: l, uses: test.busy, loop: [0, 1, 2, 3, 4], max_parallel: 3, with: { n: "\${{ item }}" } }
  - { id: after, uses: data.set, with: { list: "\${{ steps.l.output }}" } }
`),
      { nodes: [busy] },
    );
    expect(inFlight.most).toBe(3);
    expect(outputs.after).toEqual({ list: [0, 1, 2, 3, 4] });
  });

  test("keeps the children of concurrent groups apart", async () => {
    const { outputs } = await runFlow(
      steps(`
  - id: g
    loop: [0, 1, 2, 3]
    max_parallel: 4
    steps:
      - { id: work, uses: test.busy, with: { n: "\${{ item }}" } }
      - { id: look, uses: data.set, with: { a: "\${{ steps.g.work.output }}", b: "\${{ steps.work.output }}", item: "\${{ item }}" } }
`),
      { nodes: [busy] },
    );
    for (const n of [0, 1, 2, 3]) expect(outputs[`g[${n}].look`]).toEqual({ a: n, b: n, item: n });
  });
});

describe("while", () => {
  test("makes each pass a visit; the output is that of the last", async () => {
    const { outputs, statuses } = await runFlow(
      steps(`
  - { id: w, uses: data.set, while: "\${{ steps.w.output == null || steps.w.output.n < 3 }}", with: { n: "\${{ visits.w }}" } }
  - { id: after, uses: data.set, with: { last: "\${{ steps.w.output.n }}" } }
`),
    );
    expect(Object.keys(statuses)).toEqual(["w", "w#2", "w#3", "after"]);
    expect(outputs.after).toEqual({ last: 3 });
  });

  test("that is false from the beginning skips the step", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: w, uses: data.set, while: false }
`),
    );
    expect(statuses).toEqual({ w: "skipped" });
  });

  test("sees as visits the passes that are done", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: w, uses: data.set, while: "\${{ visits.w < 2 }}" }
`),
    );
    expect(Object.keys(statuses)).toEqual(["w", "w#2"]);
  });

  test("counts its passes anew in each item of a loop around it", async () => {
    const { statuses } = await runFlow(
      steps(`
  - id: l
    loop: [a, b]
    steps: [{ id: w, uses: data.set, while: "\${{ visits.w < 2 }}" }]
`),
    );
    expect(Object.keys(statuses)).toEqual(["l[0].w", "l[0].w#2", "l[0]", "l[1].w", "l[1].w#2", "l[1]"]);
  });

  test("fails the step when its condition fails", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: w, uses: data.set, while: "\${{ inputs.x.y }}" }
`).replace("name: t", "name: t\ninputs: { x: { type: map, default: {} } }"),
    );
    expect(statuses).toEqual({ w: "failed" });
    expect(run.error?.code).toBe("missing-value");
  });
});
