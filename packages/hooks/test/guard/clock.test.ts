import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/guard/index.ts";

const dayMs = 86_400_000;

describe("the system's clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("calls after the time, once, unless it is cancelled", () => {
    let calls = 0;
    systemClock.after(100, () => calls++);
    systemClock.after(100, () => calls++)();
    vi.advanceTimersByTime(99);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(calls).toBe(1);
  });

  test("waits longer than Node's timers can", () => {
    let calls = 0;
    systemClock.after(60 * dayMs, () => calls++);
    const cancel = systemClock.after(60 * dayMs, () => calls++);
    vi.advanceTimersByTime(59 * dayMs);
    expect(calls).toBe(0);
    cancel();
    vi.advanceTimersByTime(2 * dayMs);
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
