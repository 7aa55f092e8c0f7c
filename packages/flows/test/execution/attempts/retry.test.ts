import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type NodeDefinition, NodeError, NodeResult, node, TransientError } from "../../../src/index.ts";
import { runFlow, steps, storeKinds } from "../flow-kit.ts";
import { SkippingClock } from "../skipping-clock.ts";

/** Fails in the given ways, one a call, and then succeeds. */
function failing(...failures: (() => unknown)[]): NodeDefinition<unknown> & { keys: string[]; attempts: number[] } {
  const keys: string[] = [];
  const attempts: number[] = [];
  const definition = node({
    name: "test.fail",
    input: z.unknown(),
    run(_input, context) {
      keys.push(context.idempotencyKey);
      attempts.push(context.attempt);
      const fail = failures.shift();
      return fail === undefined ? "mended" : (fail() as NodeResult);
    },
  });
  return Object.assign(definition, { keys, attempts });
}

const transient = () => {
  throw new TransientError("try again");
};
const permanent = () => {
  throw new NodeError("no use", { code: "broken" });
};
const unknown = () => {
  throw new TypeError("what is this");
};

describe.each(storeKinds)("retry, on the %s store", (kind) => {
  test("tries again after a transient failure, records every attempt, and keeps the idempotency key", async () => {
    const fail = failing(transient, unknown);
    const { run, steps: records } = await runFlow(steps("\n  - { id: a, uses: test.fail, retry: 3 }\n"), {
      kind,
      nodes: [fail],
      clock: new SkippingClock(),
    });
    expect(run.status).toBe("completed");
    expect(records[0]).toMatchObject({
      status: "completed",
      output: "mended",
      error: undefined,
      attempts: [
        { number: 1, error: { code: "transient" } },
        { number: 2, error: { code: "node-failed" } },
        { number: 3, error: undefined },
      ],
    });
    expect(fail.attempts).toEqual([1, 2, 3]);
    expect(new Set(fail.keys).size).toBe(1);
  });

  test("gives up after the attempts that were allowed, with the last error", async () => {
    const { run, steps: records } = await runFlow(steps("\n  - { id: a, uses: test.fail, retry: 2 }\n"), {
      kind,
      nodes: [failing(unknown, transient, transient)],
      clock: new SkippingClock(),
    });
    expect(run).toMatchObject({
      status: "failed",
      error: { code: "transient", message: 'Step "a" failed: try again' },
    });
    expect(records[0]?.attempts).toHaveLength(2);
  });
});

describe("retry", () => {
  const delays = async (written: string, failures: number): Promise<number[]> => {
    const clock = new SkippingClock();
    const nodes = [failing(...Array.from({ length: failures }, () => transient))];
    await runFlow(steps(`\n  - { id: a, uses: test.fail, retry: ${written} }\n`), { nodes, clock });
    return clock.slept;
  };

  test("waits longer each time, up to max_delay", async () => {
    const written = "{ attempts: 5, initial_delay: 1s, backoff_factor: 3, max_delay: 10s, jitter: false }";
    expect(await delays(written, 4)).toEqual([1_000, 3_000, 9_000, 10_000]);
  });

  test("as a number has the same defaults as the map: a second, doubled, with jitter that never shortens", async () => {
    const [first = 0, second = 0] = await delays("3", 2);
    expect(first).toBeGreaterThanOrEqual(1_000);
    expect(first).toBeLessThanOrEqual(1_250);
    expect(second).toBeGreaterThanOrEqual(2_000);
    expect(second).toBeLessThanOrEqual(2_500);
  });

  test.each([
    ["a permanent failure", permanent, "broken"],
    ["a failed result without retry", undefined, "broken"],
  ])("does not try again after %s", async (_title, fail, code) => {
    const definition = failing(fail ?? permanent, transient);
    const { run } = await runFlow(steps(`\n  - { id: a, uses: test.fail${fail ? ", retry: 3" : ""} }\n`), {
      nodes: [definition],
    });
    expect(run.error?.code).toBe(code);
    expect(definition.attempts).toEqual([1]);
  });

  test("does not try again when the inputs are wrong, or an expression fails", async () => {
    const strict = node({ name: "test.strict", input: z.strictObject({ n: z.number() }), run: () => null });
    const wrong = await runFlow(steps('\n  - { id: a, uses: test.strict, retry: 3, with: { n: "${{ vars.x }}" } }\n'), {
      nodes: [strict],
      start: { vars: { x: "text" } },
    });
    expect(wrong.steps[0]).toMatchObject({ error: { code: "invalid-input" } });
    expect(wrong.steps[0]?.attempts).toHaveLength(1);
    const missing = await runFlow(
      steps('\n  - { id: a, uses: test.strict, retry: 3, with: { n: "${{ vars.x }}" } }\n'),
      {
        nodes: [strict],
      },
    );
    expect(missing.steps[0]).toMatchObject({ error: { code: "missing-value" }, attempts: [{ number: 1 }] });
  });

  test("`on` names codes that are tried again besides, or instead", async () => {
    const mended = failing(permanent);
    const clock = new SkippingClock();
    const { run } = await runFlow(steps("\n  - { id: a, uses: test.fail, retry: { on: [broken] } }\n"), {
      nodes: [mended],
      clock,
    });
    expect(run.status).toBe("completed");
    const other = await runFlow(steps("\n  - { id: a, uses: test.fail, retry: { on: [broken] } }\n"), {
      nodes: [failing(transient)],
      clock,
    });
    expect(other.run.error?.code).toBe("transient");
  });

  test("treats a failed result like a transient failure", async () => {
    const result = () => new NodeResult({ status: "failed", error: { code: "busy", message: "later" }, output: 1 });
    const { steps: records } = await runFlow(steps("\n  - { id: a, uses: test.fail, retry: 2 }\n"), {
      nodes: [failing(result, result)],
      clock: new SkippingClock(),
    });
    expect(records[0]).toMatchObject({ status: "failed", output: 1, error: { code: "busy" } });
    expect(records[0]?.attempts).toHaveLength(2);
  });
});
