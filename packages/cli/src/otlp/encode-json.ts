import type { OtlpSettings } from "./settings.ts";
import type { Span } from "./span.ts";

type Value = string | number | boolean;

export const scopeName = "pawl";
/** SPAN_KIND_INTERNAL and STATUS_CODE_ERROR of the standard. */
export const internalKind = 1;
export const errorStatus = 2;

/** The body of an OTLP request as JSON. */
export function encodeJson(spans: readonly Span[], resource: OtlpSettings["resource"]): string {
  const scopeSpans = [{ scope: { name: scopeName }, spans: spans.map(spanOf) }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] });
}

function spanOf({ traceId, spanId, parentSpanId, name, startMs, endMs, attributes, error }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: internalKind,
    startTimeUnixNano: String(nanoseconds(startMs)),
    endTimeUnixNano: String(nanoseconds(endMs)),
    attributes: attributesOf(attributes),
    status: error === undefined ? {} : { code: errorStatus, message: error },
  };
}

export function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1_000)) * 1_000n;
}

function attributesOf(attributes: Readonly<Record<string, Value>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): object {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "string") return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
