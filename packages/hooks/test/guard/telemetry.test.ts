import { context, metrics, type Span, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test } from "vitest";
import {
  createLogger,
  currentTraceparent,
  detectTelemetry,
  type GuardRecord,
  guard,
  logGuardCalls,
  onGuardCall,
} from "../../src/guard/index.ts";
import { ManualClock } from "./manual-clock.ts";

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

function recorded(): GuardRecord[] {
  const records: GuardRecord[] = [];
  undos.push(onGuardCall((record) => records.push(record)));
  return records;
}

describe("a listener", () => {
  test("gets one record per call, skipped ones included, and nothing after its undo", async () => {
    const clock = new ManualClock();
    const records = recorded();
    guard(() => 1, { name: "a", point: "PreToolUse", clock });
    const late = guard(() => new Promise(() => {}), { name: "b", timeoutMs: 30, clock, onFailure: "block" });
    clock.advance(30);
    await late;
    guard(() => 1, { name: "c", requires: { env: ["NO_SUCH"] }, env: {}, clock });
    undos.pop()?.();
    guard(() => 1, { name: "d", clock });
    expect(records).toMatchObject([
      { name: "a", point: "PreToolUse", outcome: { status: "ok" }, durationMs: 0, startedAt: 1_000_000 },
      { name: "b", outcome: { status: "timeout" }, durationMs: 30, onFailure: "block" },
      { name: "c", outcome: { status: "skipped", reason: "ineligible" } },
    ]);
  });

  test("changes nothing: the synchronous stays synchronous, and its own error is nobody's", () => {
    undos.push(
      onGuardCall(() => {
        throw new Error("listener");
      }),
    );
    expect(guard(() => 5)).toEqual({ status: "ok", value: 5 });
  });
});

describe("the log", () => {
  test("has one line per call, as loud as it deserves", () => {
    const lines: unknown[] = [];
    undos.push(logGuardCalls(createLogger((level, message, fields) => lines.push([level, message, fields?.status]))));
    const clock = new ManualClock();
    const fail = (): never => {
      throw new Error("no");
    };
    guard(() => 1, { name: "fine", point: "Stop", clock });
    guard(fail, { name: "soft", clock });
    guard(fail, { name: "hard", onFailure: "block", clock });
    guard(() => 1, { name: "away", requires: { os: ["plan9"] }, clock });
    expect(lines).toEqual([
      ["debug", "fine (Stop): ok in 0 ms", "ok"],
      ["warn", "soft: failed after 0 ms: no", "failed"],
      ["error", "hard: failed after 0 ms: no", "failed"],
      ["debug", expect.stringContaining("away: skipped, ineligible: "), "skipped"],
    ]);
  });
});

describe("OpenTelemetry", () => {
  interface Recorded {
    name: string;
    attributes: Record<string, unknown>;
    status?: unknown;
    ended: boolean;
  }

  function register(): { spans: Recorded[]; observations: unknown[] } {
    const spans: Recorded[] = [];
    const observations: unknown[] = [];
    const tracer = {
      startSpan(name: string, options: { attributes: Record<string, unknown> }) {
        const span: Recorded = { name, attributes: { ...options.attributes }, ended: false };
        spans.push(span);
        return {
          setAttribute: (key: string, value: unknown) => (span.attributes[key] = value),
          setStatus: (status: unknown) => (span.status = status),
          recordException: () => {},
          end: () => (span.ended = true),
          spanContext: () => ({
            traceId: "0af7651916cd43dd8448eb211c80319c",
            spanId: "b7ad6b7169203331",
            traceFlags: 1,
          }),
        } as unknown as Span;
      },
    };
    let active = context.active();
    context.setGlobalContextManager({
      active: () => active,
      with(next, run, self, ...args) {
        const before = active;
        active = next;
        try {
          return run.call(self as never, ...args);
        } finally {
          active = before;
        }
      },
      bind: (_, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    trace.setGlobalTracerProvider({ getTracer: () => tracer as never });
    metrics.setGlobalMeterProvider({
      getMeter: () =>
        ({
          createHistogram: () => ({ record: (ms: number, labels: object) => observations.push([ms, labels]) }),
        }) as never,
    });
    undos.push(() => {
      trace.disable();
      metrics.disable();
      context.disable();
      detectTelemetry();
    });
    return { spans, observations };
  }

  test("is off until a provider is registered, and off again when it is gone", () => {
    expect(detectTelemetry()).toBe(false);
    expect(currentTraceparent()).toBeUndefined();
    register();
    expect(detectTelemetry()).toBe(true);
    undos.pop()?.();
    expect(detectTelemetry()).toBe(false);
  });

  test("gets one span and one observation per call, and the span is active inside it", () => {
    const { spans, observations } = register();
    detectTelemetry();
    const clock = new ManualClock();
    const outcome = guard(() => currentTraceparent(), { name: "a", point: "PreToolUse", clock });
    expect(outcome).toEqual({ status: "ok", value: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
    guard(
      () => {
        throw new Error("no");
      },
      { name: "b", clock },
    );
    expect(spans).toEqual([
      {
        name: "a",
        attributes: { "pawl.hook.name": "a", "pawl.hook.point": "PreToolUse", "pawl.outcome": "ok" },
        ended: true,
      },
      { name: "b", attributes: { "pawl.hook.name": "b", "pawl.outcome": "failed" }, status: { code: 2 }, ended: true },
    ]);
    expect(observations).toHaveLength(2);
    expect(observations[0]).toEqual([
      0,
      { "pawl.hook.name": "a", "pawl.hook.point": "PreToolUse", "pawl.outcome": "ok" },
    ]);
  });
});
