import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, context, type Span, type SpanContext, type Tracer, trace } from "@opentelemetry/api";
import { detectTelemetry } from "@pawl/hooks/guard";
import { createMemoryTransport, startNetwork } from "@pawl/networks";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { fan, until } from "../networks.ts";

interface Recorded {
  readonly name: string;
  readonly spanId: string;
  readonly traceId: string;
  readonly parent: string | undefined;
}

const recorded: Recorded[] = [];
let last = 0;

/** As little of an OpenTelemetry SDK as shows who is whose child. */
const tracer: Tracer = {
  startSpan(name, _options, parent: Context = context.active()) {
    const above = trace.getSpanContext(parent);
    const spanId = (++last).toString(16).padStart(16, "0");
    const traceId = above?.traceId ?? "f".repeat(32);
    recorded.push({ name, spanId, traceId, parent: above?.spanId });
    const own: SpanContext = { traceId, spanId, traceFlags: 1 };
    const nothing = () => span;
    const span = {
      spanContext: () => own,
      isRecording: () => true,
      end: () => {},
      recordException: () => {},
    } as unknown as Span;
    Object.assign(span, { setAttribute: nothing, setAttributes: nothing, setStatus: nothing, addEvent: nothing });
    return span;
  },
  startActiveSpan: (() => undefined) as unknown as Tracer["startActiveSpan"],
};

beforeAll(() => {
  const storage = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? rootContext,
    with: (active, run, self, ...values) => storage.run(active, () => run.call(self as never, ...values)),
    bind: (_, target) => target,
    enable: () => {
      throw new Error("not used");
    },
    disable: () => {
      throw new Error("not used");
    },
  });
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  expect(detectTelemetry()).toBe(true);
});
const rootContext = context.active();

afterAll(() => {
  trace.disable();
  Reflect.deleteProperty(globalThis, Symbol.for("opentelemetry.js.api.1"));
  detectTelemetry();
});

test("one trace goes from the request through every pod, each call below the one before", async () => {
  const run = await startNetwork(fan(), { transport: createMemoryTransport() });
  onTestFinished(() => run.stop());
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  await run.send("g", { payload: { n: 1 }, headers: {}, carried: { traceparent } });
  await until(async () => (await run.line.outputs(6)).count === 1);
  const named = new Map(recorded.map((span) => [span.name, span]));
  expect([...named.keys()].sort()).toEqual(["n/a", "n/b", "n/c", "n/f", "n/g", "n/j", "n/s"]);
  expect(new Set(recorded.map((span) => span.traceId))).toEqual(new Set(["a".repeat(32)]));
  const below = (name: string) => named.get(name)?.parent;
  expect(below("n/g")).toBe("b".repeat(16));
  expect(below("n/f")).toBe(named.get("n/g")!.spanId);
  for (const branch of ["n/a", "n/b", "n/c"]) expect(below(branch)).toBe(named.get("n/f")!.spanId);
  expect(below("n/j")).toBe(named.get("n/a")!.spanId);
  expect(below("n/s")).toBe(named.get("n/j")!.spanId);
});
