import { createRequire } from "node:module";
import type { Histogram, Tracer } from "@opentelemetry/api";
import type { GuardOptions } from "./guard-options.ts";
import type { Outcome } from "./outcome.ts";

type Api = typeof import("@opentelemetry/api");

interface GuardSpan {
  /** Runs it with this span as the active one, so that what it starts becomes its child. */
  around<T>(run: () => T): T;
  end(call: { readonly outcome: Outcome<unknown>; readonly durationMs: number }): void;
}

export interface OpenTelemetry {
  startSpan(options: GuardOptions): GuardSpan;
  traceparent(): string | undefined;
  /** Runs it as a child of a span of elsewhere; as it is, when that is no `traceparent`. */
  under<T>(traceparent: string, run: () => T): T;
}

/** What the API keeps in the global object, shared by all its copies. */
interface Registered {
  readonly trace?: unknown;
  readonly metrics?: unknown;
}

const traceparentFormat = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const apiKey = Symbol.for("opentelemetry.js.api.1");
let made: { readonly for: Registered; readonly telemetry: OpenTelemetry } | undefined;

/**
 * The bridge to the OpenTelemetry API when some SDK has registered itself there, else nothing. Only then is the API
 * loaded, which takes 20 to 30 ms.
 */
export function openTelemetry(): OpenTelemetry | undefined {
  const { trace, metrics }: Registered = Reflect.get(globalThis, apiKey) ?? {};
  if (trace === undefined && metrics === undefined) return undefined;
  if (made?.for.trace !== trace || made?.for.metrics !== metrics) {
    const api: Api = createRequire(import.meta.url)("@opentelemetry/api");
    made = { for: { trace, metrics }, telemetry: bridge(api) };
  }
  return made?.telemetry;
}

function bridge(api: Api): OpenTelemetry {
  const tracer = api.trace.getTracer("@pawl/hooks");
  const durations = api.metrics.getMeter("@pawl/hooks").createHistogram("pawl.guard.duration", {
    description: "How long guarded calls took, by name, point and status.",
    unit: "ms",
  });
  return {
    startSpan: (options) => startSpan(api, tracer, durations, options),
    traceparent() {
      const span = api.trace.getSpanContext(api.context.active());
      if (!span || !api.isSpanContextValid(span)) return undefined;
      return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`;
    },
    under(traceparent, run) {
      const [, traceId, spanId, flags] = traceparentFormat.exec(traceparent) ?? [];
      if (traceId === undefined || spanId === undefined) return run();
      const span = { traceId, spanId, traceFlags: Number.parseInt(flags!, 16), isRemote: true };
      return api.context.with(api.trace.setSpanContext(api.context.active(), span), run);
    },
  };
}

function startSpan(api: Api, tracer: Tracer, durations: Histogram, options: GuardOptions): GuardSpan {
  const attributes: Record<string, string> = {};
  if (options.name !== undefined) attributes["pawl.hook.name"] = options.name;
  if (options.point !== undefined) attributes["pawl.hook.point"] = options.point;
  const parent = api.context.active();
  const span = tracer.startSpan(options.name ?? options.point ?? "guard", { attributes }, parent);
  return {
    around: (run) => api.context.with(api.trace.setSpan(parent, span), run),
    end({ outcome, durationMs }) {
      span.setAttribute("pawl.outcome", outcome.status);
      if (outcome.status === "skipped") span.setAttribute("pawl.skip_reason", outcome.reason);
      if (outcome.status === "failed" || outcome.status === "timeout") {
        span.setStatus({ code: api.SpanStatusCode.ERROR });
        if (outcome.status === "failed" && outcome.error instanceof Error) span.recordException(outcome.error);
      }
      span.end();
      durations.record(durationMs, { ...attributes, "pawl.outcome": outcome.status });
    },
  };
}
