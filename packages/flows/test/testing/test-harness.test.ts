import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  event,
  expressionFunction,
  inputCollector,
  NodeResult,
  node,
  TransientError,
  trigger,
} from "../../src/index.ts";
import { createTestHarness, type TestHarness } from "../../src/testing/index.ts";

let harness: TestHarness;
beforeEach(() => {
  harness = createTestHarness({ env: { SOURCE: "https://example.org" } });
});
afterEach(() => harness.close());

const double = node({
  name: "test.double",
  input: z.strictObject({ value: z.number() }),
  run: ({ value }, { log }) => {
    log.info(`doubling ${value}`);
    return { value: value * 2 };
  },
});

describe("a node in the harness", () => {
  test("has its input validated, its output read and its log kept", async () => {
    const outcome = await harness.runNode(double, { value: 21 });
    expect(outcome).toMatchObject({ status: "success", output: { value: 42 }, attempts: 1, log: ["doubling 21"] });
    const refused = await harness.runNode(double, { value: "much" });
    expect(refused).toMatchObject({ status: "failed", error: { code: "invalid-input" } });
  });

  test("is retried without waiting for real, and time has gone on", async () => {
    let calls = 0;
    const flaky = node({
      name: "test.flaky",
      input: z.object({}),
      run() {
        calls += 1;
        if (calls < 3) throw new TransientError("not yet");
        return calls;
      },
    });
    const before = harness.clock.now();
    const begun = performance.now();
    const settings = { retry: { attempts: 3, initial_delay: "2h", backoff_factor: 1, max_delay: "2h" } };
    expect(await harness.runNode(flaky, {}, { settings })).toMatchObject({ status: "success", output: 3, attempts: 3 });
    expect(harness.clock.now() - before).toBeGreaterThan(3_600_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test("that suspends its step is told apart from one that failed", async () => {
    const asking = node({
      name: "test.asking",
      input: z.object({}),
      run: () => new NodeResult({ status: "suspended" }),
    });
    expect((await harness.runNode(asking)).status).toBe("suspended");
  });
});

describe("a trigger in the harness", () => {
  const counting = trigger({
    name: "test.counting",
    input: z.strictObject({ every: z.number(), source: z.string().optional() }),
    async *run({ every, source = "none" }, { sleep, state }) {
      for (let count = Number((await state.get("count")) ?? 0); ; count += 1) {
        await sleep(every * 1_000);
        yield event({ count, source }, { id: String(count), attributes: { kind: "count" } });
        await state.set("count", count + 1);
      }
    },
  });

  test("gives its first events, with expressions resolved and sleeps passing by themselves", async () => {
    const events = await harness.collect(counting, { every: 3600, source: "${{ env.SOURCE }}" }, 3);
    expect(events.map(({ payload }) => payload)).toEqual(
      [0, 1, 2].map((count) => ({ count, source: "https://example.org" })),
    );
    expect(events[1]).toMatchObject({ id: "1", duplicate: false, event: { kind: "count" } });
    expect(events[2]!.time - events[0]!.time).toBe(7_200_000);
  });

  test("keeps its state from one collection to the next, and an event that comes again is a duplicate", async () => {
    const [first] = await harness.collect(counting, { every: 1 }, 1);
    const [again, second] = await harness.collect(counting, { every: 1 }, 2);
    expect(again).toMatchObject({ id: "0", duplicate: true, runId: first!.runId });
    expect(second).toMatchObject({ id: "1", duplicate: false });
  });

  test("is refused an input that its schema does not take", async () => {
    await expect(harness.collect(counting, { every: "often" }, 1)).rejects.toMatchObject({ code: "invalid-input" });
  });

  test("that throws makes the collection fail with its error", async () => {
    const broken = trigger({
      name: "test.broken",
      input: z.object({}),
      // biome-ignore lint/correctness/useYield: it breaks before its first event.
      async *run() {
        throw new Error("the source is gone");
      },
    });
    await expect(harness.collect(broken, {}, 1)).rejects.toThrow("the source is gone");
  });
});

describe("a hook in the harness", () => {
  test("may answer in place of the node, and sees its failure", async () => {
    const answering = { name: "answer", beforeExecute: () => new NodeResult({ status: "success", output: 1 }) };
    expect(await harness.runHook(answering)).toMatchObject({ output: 1, ranNode: false });
    const seen: string[] = [];
    const watching = {
      name: "watch",
      afterExecute: (_: unknown, __: unknown, { status }: NodeResult) => void seen.push(status),
    };
    const failing = () => {
      throw new Error("no");
    };
    expect(await harness.runHook(watching, { node: failing })).toMatchObject({ status: "failed", ranNode: true });
    expect(seen).toEqual(["failed"]);
  });

  test("that throws is reported and has no effect", async () => {
    const throwing = {
      name: "throwing",
      beforeExecute() {
        throw new Error("a mistake");
      },
    };
    const outcome = await harness.runHook(throwing, { node: () => 7 });
    expect(outcome).toMatchObject({ output: 7, hooks: [{ name: "throwing", error: "a mistake" }] });
  });
});

describe("functions and input collectors in the harness", () => {
  const twice = expressionFunction({
    name: "twice",
    parameters: ["string"],
    returns: "string",
    call: (text) => text + text,
  });

  test("are evaluated as in a flow, with what validation says of them", async () => {
    const options = { functions: [twice], inputs: { word: "ha" } };
    expect(await harness.evaluate("${{ twice(inputs.word) }} ${{ env.SOURCE }}", options)).toBe(
      "haha https://example.org",
    );
    await expect(harness.evaluate("${{ twice(5) }}", options)).rejects.toThrow("twice");
    await expect(harness.evaluate("${{ twice('a') }}")).rejects.toThrow("twice");
  });

  test("are asked as pawl run asks them", async () => {
    const vault = inputCollector({
      name: "vault",
      collect: ({ name }, { env }) => (name === "source" ? env.SOURCE! : undefined),
    });
    expect(await harness.ask(vault, { name: "source" })).toEqual({ value: "https://example.org", log: [] });
    expect(await harness.ask(vault, { name: "other" })).toEqual({ value: undefined, log: [] });
    const wrong = await harness.ask(vault, { name: "source", input: { type: "number", required: true } });
    expect([wrong.value, wrong.log.length]).toEqual([undefined, 1]);
  });
});
