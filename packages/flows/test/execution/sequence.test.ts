import { describe, expect, test } from "vitest";
import { runFlow, steps, storeKinds } from "./flow-kit.ts";

describe.each(storeKinds)("a sequence of steps, on the %s store", (kind) => {
  test("runs in the order of the file, each step seeing the outputs before it", async () => {
    const { run, outputs } = await runFlow(
      steps(`
  - id: one
    uses: data.set
    with: { n: 1 }
  - id: two
    uses: data.set
    with: { n: "\${{ steps.one.output.n + 1 }}" }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(outputs).toEqual({ one: { n: 1 }, two: { n: 2 } });
  });

  test("goes where `next` points, and the steps passed over have no record", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, next: c }
  - { id: b, uses: data.set }
  - { id: c, uses: data.set }
`),
      { kind },
    );
    expect(statuses).toEqual({ a: "completed", c: "completed" });
  });

  test("counts visits: records get a number, expressions see the latest", async () => {
    const { outputs, statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, with: { n: "\${{ visits.a }}" } }
  - { id: b, uses: data.set, with: { seen: "\${{ steps.a.output.n }}" }, next: "\${{ visits.b < 3 ? 'a' : 'end' }}" }
  - { id: c, uses: data.set }
`),
      { kind },
    );
    expect(Object.keys(statuses)).toEqual(["a", "b", "a#2", "b#2", "a#3", "b#3"]);
    expect(outputs["b#3"]).toEqual({ seen: 3 });
  });
});

describe("next", () => {
  test("takes the target of a map, such as flow.route gives", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: route, uses: flow.route, with: { target: done, reason: short cut }, next: "\${{ steps.route.output }}" }
  - { id: between, uses: data.set }
  - { id: done, uses: data.set }
`),
    );
    expect(Object.keys(statuses)).toEqual(["route", "done"]);
  });

  test("falls through when it gives nothing", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, next: "\${{ vars.?to.orValue('') }}" }
  - { id: b, uses: data.set }
`),
    );
    expect(Object.keys(statuses)).toEqual(["a", "b"]);
  });

  test("is not looked at after a skipped step", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, if: false, next: c }
  - { id: b, uses: data.set }
  - { id: c, uses: data.set }
`),
    );
    expect(statuses).toEqual({ a: "skipped", b: "completed", c: "completed" });
  });

  test("is followed after a failure that the flow goes on from", async () => {
    const { statuses, run } = await runFlow(
      steps(`
  - { id: a, uses: assert.that, with: { condition: false }, continue_on_error: true, next: c }
  - { id: b, uses: data.set }
  - { id: c, uses: data.set }
`),
    );
    expect(statuses).toEqual({ a: "failed", c: "completed" });
    expect(run.status).toBe("completed");
  });

  test("fails the run when it names no step, with the nearest name", async () => {
    const { run } = await runFlow(
      steps(`
  - { id: a, uses: data.set, next: "\${{ 'finsh' }}" }
  - { id: finish, uses: data.set }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "unknown-step" } });
    expect(run.error?.message).toContain('"finish"');
  });

  test("`end` ends the run, also from within a group and a loop", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - id: each
    loop: [1, 2]
    steps:
      - { id: stop, uses: data.set, next: end }
      - { id: never, uses: data.set }
  - { id: after, uses: data.set }
`),
    );
    expect(run.status).toBe("completed");
    expect(Object.keys(statuses)).toEqual(["each[0].stop"]);
  });
});

describe("max_visits", () => {
  test("fails the run at the visit that is one too many, which has no record", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, max_visits: 2, next: a }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "max-visits" } });
    expect(Object.keys(statuses)).toEqual(["a", "a#2"]);
  });

  test("bounds the passes of while, too", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, max_visits: 3, while: true, continue_on_error: true }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "max-visits" } });
    expect(Object.keys(statuses)).toEqual(["a", "a#2", "a#3"]);
  });

  test("is 1000 by default, and 0 is no limit", async () => {
    const text = (limit: string) =>
      steps(`
  - { id: a, uses: data.set, ${limit}, while: "\${{ visits.?a.orValue(0) < 1100 }}" }
`);
    expect((await runFlow(text("continue_on_error: false"))).run.error?.code).toBe("max-visits");
    expect((await runFlow(text("max_visits: 0"))).run.status).toBe("completed");
  });
});
