import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Admission, type BreakerChange, CircuitBreaker } from "../../src/guard/index.ts";
import { ManualClock } from "./manual-clock.ts";

function breakerWith(config: { maxConsecutiveFailures?: number; cooldownMs?: number } = {}) {
  const clock = new ManualClock();
  const breaker = new CircuitBreaker({ ...config, clock });
  const changes: BreakerChange[] = [];
  breaker.onStateChange((change) => changes.push(change));
  const call = (name: string, health: "success" | "failure"): Admission => {
    const admission = breaker.enter(name);
    if (admission !== "open") breaker.leave(name, admission, health);
    return admission;
  };
  const fail = (name: string, times: number): void => {
    for (let i = 0; i < times; i++) call(name, "failure");
  };
  return { clock, breaker, changes, call, fail };
}

describe("a circuit breaker", () => {
  test("by default opens after five failures in a row, for a minute", () => {
    const { breaker, clock, fail } = breakerWith();
    fail("a", 4);
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 4 });
    fail("a", 1);
    expect(breaker.status("a")).toEqual({ state: "open", until: clock.now() + 60_000, failures: 5 });
    expect(breaker.isTripped("a")).toBe(true);
    clock.advance(59_999);
    expect(breaker.enter("a")).toBe("open");
    clock.advance(1);
    expect(breaker.status("a")).toEqual({ state: "half-open", failures: 5, isOnTrial: false });
    expect(breaker.isTripped("a")).toBe(false);
  });

  test("does not know a name that never failed", () => {
    const { breaker } = breakerWith();
    expect(breaker.isTripped("unknown")).toBe(false);
    expect(breaker.status("unknown")).toEqual({ state: "closed", failures: 0 });
  });

  test("is troubled from when a name fails until it succeeds or is forgotten", () => {
    const { breaker, fail, call, clock } = breakerWith();
    expect(breaker.isTroubled).toBe(false);
    fail("a", 1);
    call("b", "success");
    expect(breaker.isTroubled).toBe(true);
    call("a", "success");
    expect(breaker.isTroubled).toBe(false);
    fail("a", 5);
    expect(breaker.isTroubled).toBe(true);
    clock.advance(60_000);
    call("a", "success");
    expect(breaker.isTroubled).toBe(false);
    fail("a", 5);
    breaker.reset("a");
    expect(breaker.isTroubled).toBe(false);
  });

  test("keeps names apart", () => {
    const { breaker, fail } = breakerWith();
    fail("a", 5);
    expect(breaker.enter("a")).toBe("open");
    expect(breaker.enter("b")).toBe("closed");
  });

  test("counts only failures in a row", () => {
    const { breaker, fail, call } = breakerWith();
    fail("a", 4);
    call("a", "success");
    fail("a", 4);
    expect(breaker.isTripped("a")).toBe(false);
  });

  test("with a cooldown of zero never refuses", () => {
    const { fail, call, changes } = breakerWith({ cooldownMs: 0 });
    fail("a", 50);
    expect(call("a", "failure")).toBe("closed");
    expect(changes).toEqual([]);
  });

  test("gives one trial at a time after the cooldown", () => {
    const { breaker, clock, fail } = breakerWith();
    fail("a", 5);
    clock.advance(60_000);
    expect(breaker.enter("a")).toBe("trial");
    expect(breaker.enter("a")).toBe("open");
    clock.advance(600_000);
    expect(breaker.enter("a")).toBe("open");
    expect(breaker.status("a")).toEqual({ state: "half-open", failures: 5, isOnTrial: true });
  });

  test("closes after a trial that succeeded, and needs the full count again", () => {
    const { breaker, clock, fail, call } = breakerWith();
    fail("a", 5);
    clock.advance(60_000);
    expect(call("a", "success")).toBe("trial");
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 0 });
    fail("a", 4);
    expect(breaker.isTripped("a")).toBe(false);
  });

  test("opens again for a whole cooldown after a trial that failed", () => {
    const { breaker, clock, fail, call } = breakerWith();
    fail("a", 5);
    clock.advance(60_000);
    expect(call("a", "failure")).toBe("trial");
    expect(breaker.status("a")).toEqual({ state: "open", until: clock.now() + 60_000, failures: 6 });
  });

  test("gives the next trial at once after one that was cancelled", () => {
    const { breaker, clock, fail } = breakerWith();
    fail("a", 5);
    clock.advance(60_000);
    breaker.leave("a", breaker.enter("a"), "unknown");
    expect(breaker.enter("a")).toBe("trial");
  });

  test("does not count calls that began before it opened", () => {
    const { breaker, clock, fail } = breakerWith();
    const old = [breaker.enter("a"), breaker.enter("a")];
    fail("a", 5);
    breaker.leave("a", old[0]!, "success");
    expect(breaker.isTripped("a")).toBe(true);
    clock.advance(60_000);
    expect(breaker.enter("a")).toBe("trial");
    breaker.leave("a", old[1]!, "failure");
    expect(breaker.status("a")).toMatchObject({ state: "half-open", isOnTrial: true });
  });

  test("tells its listeners every change of state, until they go, whatever one of them throws", () => {
    const { breaker, changes, clock, fail, call } = breakerWith({ maxConsecutiveFailures: 1 });
    breaker.onStateChange(() => {
      throw new Error("listener");
    });
    const later: BreakerChange[] = [];
    const undo = breaker.onStateChange((change) => later.push(change));
    fail("a", 1);
    undo();
    clock.advance(60_000);
    call("a", "success");
    expect(changes).toEqual([
      { name: "a", from: "closed", to: "open", failures: 1 },
      { name: "a", from: "open", to: "half-open", failures: 1 },
      { name: "a", from: "half-open", to: "closed", failures: 0 },
    ]);
    expect(later).toHaveLength(1);
  });

  test("can be told to forget, even during a trial", () => {
    const { breaker, clock, fail } = breakerWith();
    fail("a", 5);
    clock.advance(60_000);
    const trial = breaker.enter("a");
    breaker.reset();
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 0 });
    breaker.leave("a", trial, "failure");
    expect(breaker.status("a")).toEqual({ state: "closed", failures: 0 });
  });

  test.each([{ maxConsecutiveFailures: 0 }, { maxConsecutiveFailures: Number.NaN }, { cooldownMs: -1 }])(
    "refuses %o",
    (config) => {
      expect(() => new CircuitBreaker(config)).toThrow(RangeError);
    },
  );

  test("behaves as its model over any course of calls and time", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("enter" as const) }),
      fc.record({
        kind: fc.constant("leave" as const),
        which: fc.nat(3),
        health: fc.constantFrom("success" as const, "failure" as const, "unknown" as const),
      }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 150 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (steps, max) => {
        const { breaker, clock } = breakerWith({ maxConsecutiveFailures: max, cooldownMs: 100 });
        const model = { failures: 0, openUntil: undefined as number | undefined, onTrial: false };
        const open: Admission[] = [];
        for (const one of steps) {
          if (one.kind === "wait") clock.advance(one.ms);
          else if (one.kind === "enter") {
            const due = model.openUntil !== undefined && !model.onTrial && clock.now() >= model.openUntil;
            const expected = model.openUntil === undefined ? "closed" : due ? "trial" : "open";
            expect(breaker.enter("a")).toBe(expected);
            if (expected === "trial") model.onTrial = true;
            if (expected !== "open") open.push(expected);
          } else if (open.length > 0) {
            const [admission] = open.splice(one.which % open.length, 1);
            breaker.leave("a", admission!, one.health);
            if (admission === "trial") {
              model.onTrial = false;
              if (one.health === "success") Object.assign(model, { failures: 0, openUntil: undefined });
              if (one.health === "failure") Object.assign(model, { openUntil: clock.now() + 100 });
            } else if (model.openUntil === undefined) {
              if (one.health === "success") model.failures = 0;
              if (one.health === "failure" && ++model.failures >= max) model.openUntil = clock.now() + 100;
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
