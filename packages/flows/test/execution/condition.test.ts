import { describe, expect, test } from "vitest";
import { runFlow, steps, storeKinds } from "./flow-kit.ts";

describe("if", () => {
  test.each([
    "false",
    '"${{ null }}"',
    "0",
    '""',
    '"FALSE"',
    '"no"',
    '"0"',
    '"None"',
    '"Off"',
    '"${{ [] }}"',
    '"${{ {} }}"',
  ])("skips the step for %s", async (written) => {
    const { statuses, steps: records } = await runFlow(
      steps(`
  - { id: a, uses: data.set, if: ${written} }
  - { id: b, uses: data.set, with: { out: "\${{ steps.a.output }}", status: "\${{ steps.a.status }}" } }
`),
    );
    expect(statuses).toEqual({ a: "skipped", b: "completed" });
    expect(records[1]?.output).toEqual({ out: null, status: "skipped" });
    expect(records[0]?.reason).toBeTruthy();
  });

  test.each(["true", '"yes"', '"${{ 1 == 1 }}"', '"${{ [0] }}"', '"${{ 0.5 }}"'])(
    "runs the step for %s",
    async (written) => {
      const { statuses } = await runFlow(
        steps(`
  - { id: a, uses: data.set, if: ${written} }
`),
      );
      expect(statuses).toEqual({ a: "completed" });
    },
  );

  test("says in the record what was false", async () => {
    const { steps: records } = await runFlow(
      steps(`
  - { id: a, uses: data.set, with: { n: 200 } }
  - { id: b, uses: data.set, if: "\${{ steps.a.output.n != 200 }}" }
`),
    );
    expect(records[1]?.reason).toBe("steps.a.output.n != 200 is false");
  });

  test("an error in it fails the step, and the run", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set }
  - { id: b, uses: data.set, if: "\${{ steps.a.output.missing.deeper }}" }
  - { id: c, uses: data.set }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "missing-value" } });
    expect(statuses).toEqual({ a: "completed", b: "failed" });
  });

  test("an error in it honours continue_on_error", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set }
  - { id: b, uses: data.set, if: "\${{ steps.a.output.missing.deeper }}", continue_on_error: true }
  - { id: c, uses: data.set, with: { code: "\${{ steps.b.error.code }}" } }
`),
    );
    expect(run.status).toBe("completed");
    expect(statuses).toEqual({ a: "completed", b: "failed", c: "completed" });
  });

  test("is looked at before loop, once, where no item is in sight", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, if: false, loop: [1, 2] }
`),
    );
    expect(statuses).toEqual({ a: "skipped" });
  });

  test("skips a later visit under the record of that visit", async () => {
    const { statuses } = await runFlow(
      steps(`
  - { id: a, uses: data.set, if: "\${{ visits.?a.orValue(0) == 0 }}" }
  - { id: b, uses: data.set, next: "\${{ visits.b == 1 ? 'a' : '' }}" }
`),
    );
    expect(statuses).toEqual({ a: "completed", b: "completed", "a#2": "skipped", "b#2": "completed" });
  });
});

describe.each(storeKinds)("continue_on_error, on the %s store", (kind) => {
  test("leaves the step failed, the run going on, and the error and the partial output in sight", async () => {
    const { run, statuses, outputs } = await runFlow(
      steps(`
  - { id: a, uses: shell.run, with: { command: "sh -c 'echo half; exit 3'", check: true }, continue_on_error: true }
  - { id: b, uses: data.set, with: { code: "\${{ steps.a.error.code }}", message: "\${{ steps.a.error.message }}", half: "\${{ steps.a.output.stdout }}" } }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(statuses).toEqual({ a: "failed", b: "completed" });
    expect(outputs.b).toMatchObject({ code: "exit-code", half: "half" });
  });
});

describe("a step that has not run", () => {
  test("is null in expressions, and not an error", async () => {
    const { outputs } = await runFlow(
      steps(`
  - { id: a, uses: data.set, with: { later: "\${{ steps.b.output }}", error: "\${{ steps.b.error }}", status: "\${{ steps.b.status }}" } }
  - { id: b, uses: data.set }
`),
    );
    expect(outputs.a).toEqual({ later: null, error: null, status: "pending" });
  });
});
