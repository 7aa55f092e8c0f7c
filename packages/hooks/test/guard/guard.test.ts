import { describe, expect, test } from "vitest";
import { blocksOnFailure, CircuitBreaker, type GuardContext, guard, type Outcome } from "../../src/guard/index.ts";
import { ManualClock } from "./manual-clock.ts";

/** A signal that counts who listens. */
function countedSignal(): { signal: AbortSignal; abort: (reason?: unknown) => void; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listening.add(args[1]);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listening.delete(args[1]);
    remove(...args);
  };
  return { signal, abort: (reason) => controller.abort(reason), listeners: () => listening.size };
}

const never = (): Promise<never> => new Promise(() => {});

describe("a synchronous callee", () => {
  test("gives its outcome at once, without a promise and without a timer", () => {
    const clock = new ManualClock();
    expect(guard(() => 5, { timeoutMs: 10, clock })).toEqual({ status: "ok", value: 5 });
    expect(clock.pending).toBe(0);
  });

  test.each([undefined, null, 0, "", false])("may return %o", (value) => {
    expect(guard(() => value)).toEqual({ status: "ok", value });
  });

  test.each([new Error("x"), "text", undefined, null])("that throws %o has failed, and nothing is thrown", (error) => {
    const outcome = guard(() => {
      throw error;
    });
    expect(outcome).toEqual({ status: "failed", error });
  });

  test("that returns an object whose `then` throws has failed", () => {
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    const trap = Object.defineProperty({}, "then", {
      get: () => {
        throw new Error("trap");
      },
    });
    expect(guard(() => trap)).toMatchObject({ status: "failed" });
  });
});

describe("a callee that takes no signal", () => {
  test("has one that is never aborted, whatever becomes of its calls", async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const wait = ({ signal }: GuardContext) => {
      signals.push(signal);
      return never();
    };
    const late = guard(wait, { timeoutMs: 5, settleMs: 50, takesSignal: false, clock });
    clock.advance(5);
    expect(await late).toEqual({ status: "timeout", timeoutMs: 5 });
    const controller = new AbortController();
    const cancelled = guard(wait, { signal: controller.signal, takesSignal: false, clock });
    controller.abort("enough");
    expect(await cancelled).toEqual({ status: "cancelled", reason: "enough" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});

describe("an asynchronous callee", () => {
  test("gives its value, clears its timer and takes its listener off the caller's signal", async () => {
    const clock = new ManualClock();
    const { signal, listeners } = countedSignal();
    let finish: (value: number) => void = () => {};
    const outcome = guard(() => new Promise<number>((resolve) => (finish = resolve)), { timeoutMs: 10, clock, signal });
    expect(clock.pending).toBe(1);
    expect(listeners()).toBe(1);
    finish(7);
    expect(await outcome).toEqual({ status: "ok", value: 7 });
    expect(clock.pending).toBe(0);
    expect(listeners()).toBe(0);
  });

  test("that rejects has failed, with its timer cleared", async () => {
    const clock = new ManualClock();
    const outcome = await guard(() => Promise.reject("no"), { timeoutMs: 10, clock });
    expect(outcome).toEqual({ status: "failed", error: "no" });
    expect(clock.pending).toBe(0);
  });

  test("may return a foreign thenable, even one that breaks the rules", async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    const twice = { then: (resolve: (value: string) => void) => [resolve("first"), resolve("second")] };
    expect(await guard(() => twice as unknown as PromiseLike<string>)).toEqual({ status: "ok", value: "first" });
    const throwing = {
      // biome-ignore lint/suspicious/noThenProperty: that is the point
      then: () => {
        throw new Error("x");
      },
    };
    expect(await guard(() => throwing as unknown as PromiseLike<string>)).toMatchObject({ status: "failed" });
  });
});

describe("the deadline", () => {
  test("ends the wait, aborts the child signal, and leaves no listener", async () => {
    const clock = new ManualClock();
    const { signal, listeners } = countedSignal();
    let child = new AbortController().signal;
    const outcome = guard(
      (context) => {
        child = context.signal;
        return never();
      },
      { timeoutMs: 250, clock, signal },
    );
    clock.advance(249);
    expect(child.aborted).toBe(false);
    clock.advance(1);
    expect(await outcome).toEqual({ status: "timeout", timeoutMs: 250 });
    expect(child.aborted).toBe(true);
    expect((child.reason as Error).name).toBe("TimeoutError");
    expect(signal.aborted).toBe(false);
    expect(listeners()).toBe(0);
  });

  test("is not changed by what the callee says afterwards, and a late rejection is nobody's", async () => {
    const clock = new ManualClock();
    let fail: (error: Error) => void = () => {};
    const outcome = guard(() => new Promise((_, reject) => (fail = reject)), { timeoutMs: 1, clock });
    clock.advance(1);
    fail(new Error("late"));
    expect(await outcome).toEqual({ status: "timeout", timeoutMs: 1 });
  });

  test("of Infinity is none", async () => {
    const clock = new ManualClock();
    const outcome = guard(async () => 1, { timeoutMs: Number.POSITIVE_INFINITY, clock });
    expect(clock.pending).toBe(0);
    expect(await outcome).toEqual({ status: "ok", value: 1 });
  });

  test("shows an aborted signal to a callee that looks only afterwards", async () => {
    const clock = new ManualClock();
    let context: GuardContext | undefined;
    const outcome = guard(
      (given) => {
        context = given;
        return never();
      },
      { timeoutMs: 1, clock },
    );
    clock.advance(1);
    await outcome;
    expect(context?.signal.aborted).toBe(true);
  });

  test("lets a callee that took its signal clear up for settleMs before the outcome is handed over", async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    let cleared: () => void = () => {};
    const outcome = Promise.resolve(
      guard(
        ({ signal }) => {
          signal.addEventListener("abort", () => seen.push("aborted"));
          return new Promise<void>((resolve) => (cleared = resolve));
        },
        { timeoutMs: 10, settleMs: 1_000, clock },
      ),
    ).then((value) => {
      seen.push("handed over");
      return value;
    });
    clock.advance(10);
    await new Promise(setImmediate);
    expect(seen).toEqual(["aborted"]);
    cleared();
    expect(await outcome).toEqual({ status: "timeout", timeoutMs: 10 });
    expect(clock.pending).toBe(0);
  });

  test("waits no longer than settleMs, and not at all for a callee that never looked at its signal", async () => {
    const clock = new ManualClock();
    const deaf = guard(never, { timeoutMs: 10, settleMs: 1_000, clock });
    const stubborn = guard(({ signal }) => (signal.aborted ? 1 : never()), { timeoutMs: 10, settleMs: 1_000, clock });
    clock.advance(10);
    expect(await deaf).toMatchObject({ status: "timeout" });
    clock.advance(1_000);
    expect(await stubborn).toMatchObject({ status: "timeout" });
  });
});

describe("the caller's abort", () => {
  test("before the call means that nothing is called", () => {
    let calls = 0;
    const outcome = guard(() => calls++, { signal: AbortSignal.abort("gone") });
    expect(outcome).toEqual({ status: "cancelled", reason: "gone" });
    expect(calls).toBe(0);
  });

  test("during the call cancels it at once, aborts the child signal and clears the timer", async () => {
    const clock = new ManualClock();
    const { signal, abort, listeners } = countedSignal();
    let child: AbortSignal | undefined;
    const outcome = guard(
      (context) => {
        child = context.signal;
        return never();
      },
      { signal, timeoutMs: 10, clock },
    );
    abort("stop");
    expect(await outcome).toEqual({ status: "cancelled", reason: "stop" });
    expect(child?.reason).toBe("stop");
    expect(clock.pending).toBe(0);
    expect(listeners()).toBe(0);
  });

  test("by the callee itself is noticed when its promise comes back", async () => {
    const controller = new AbortController();
    const outcome = guard(
      () => {
        controller.abort("inside");
        return never();
      },
      { signal: controller.signal },
    );
    expect(await outcome).toEqual({ status: "cancelled", reason: "inside" });
  });
});

describe("the breaker of a guarded call", () => {
  const fail = (): never => {
    throw new Error("x");
  };

  test("skips a name that keeps failing, says for how long, and lets one trial through", async () => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ maxConsecutiveFailures: 2, cooldownMs: 60_000, clock });
    const options = { name: "flaky", breaker, clock };
    guard(fail, options);
    await guard(async () => fail(), options);
    clock.advance(19_000);
    expect(guard(() => 1, options)).toEqual({
      status: "skipped",
      reason: "breaker-open",
      detail: "open for 41 s more (2 failures in a row)",
    });
    clock.advance(41_000);
    let finish: () => void = () => {};
    const trial = guard(() => new Promise<void>((resolve) => (finish = resolve)), options);
    expect(guard(() => 1, options)).toMatchObject({ status: "skipped", reason: "breaker-open" });
    finish();
    expect(await trial).toMatchObject({ status: "ok" });
    expect(guard(() => 1, options)).toEqual({ status: "ok", value: 1 });
  });

  test("counts a time-out as a failure and a cancelled call as nothing", async () => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ maxConsecutiveFailures: 1, clock });
    const controller = new AbortController();
    const cancelled = guard(never, { name: "a", breaker, signal: controller.signal, clock });
    controller.abort();
    await cancelled;
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 0 });
    const late = guard(never, { name: "a", breaker, timeoutMs: 5, clock });
    clock.advance(5);
    await late;
    expect(breaker.status("a")).toMatchObject({ state: "open" });
  });

  test("counts a success at once between failures", () => {
    const breaker = new CircuitBreaker({ maxConsecutiveFailures: 2 });
    const options = { name: "a", breaker };
    for (const call of [fail, () => 1, fail, () => undefined, fail]) guard(call, options);
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 1 });
    guard(fail, options);
    expect(guard(() => 1, options)).toMatchObject({ status: "skipped", reason: "breaker-open" });
  });

  test("does not apply to an unnamed call", () => {
    const breaker = new CircuitBreaker({ maxConsecutiveFailures: 1 });
    for (let i = 0; i < 10; i++) expect(guard(fail, { breaker })).toMatchObject({ status: "failed" });
  });

  test("gives no trial away to a call that is ineligible", () => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ maxConsecutiveFailures: 1, cooldownMs: 10, clock });
    guard(fail, { name: "a", breaker, clock });
    clock.advance(10);
    const requires = { env: ["MISSING_VARIABLE"] };
    expect(guard(() => 1, { name: "a", breaker, clock, requires, env: {} })).toEqual({
      status: "skipped",
      reason: "ineligible",
      detail: "MISSING_VARIABLE is not set",
    });
    expect(guard(() => 1, { name: "a", breaker, clock })).toMatchObject({ status: "ok" });
  });
});

describe("the failure policy", () => {
  const outcomes: [Outcome<number>, boolean][] = [
    [{ status: "ok", value: 1 }, false],
    [{ status: "failed", error: "x" }, true],
    [{ status: "timeout", timeoutMs: 1 }, true],
    [{ status: "cancelled", reason: "x" }, true],
    [{ status: "skipped", reason: "breaker-open" }, true],
    [{ status: "skipped", reason: "ineligible" }, true],
    [{ status: "skipped", reason: "untrusted" }, true],
    [{ status: "skipped", reason: "no-match" }, false],
    [{ status: "skipped", reason: "disabled" }, false],
    [{ status: "skipped", reason: "decided" }, false],
  ];

  test.each(outcomes)("of `block` over %o blocks: %o", (outcome, blocks) => {
    expect(blocksOnFailure(outcome, "block")).toBe(blocks);
    expect(blocksOnFailure(outcome, "continue")).toBe(false);
    expect(blocksOnFailure(outcome, undefined)).toBe(false);
  });
});
