import { errorStatus, internalKind, nanoseconds, scopeName } from "./encode-json.ts";
import type { OtlpSettings } from "./settings.ts";
import type { Span } from "./span.ts";

type Value = string | number | boolean;

/**
 * The body of an OTLP request in the protocol's own format. Field numbers are those of `opentelemetry/proto/trace/v1`; a
 * library for so few messages would be larger than all of this package.
 */
export function encodeProtobuf(spans: readonly Span[], resource: OtlpSettings["resource"]): Uint8Array {
  const scope = message(1, string(1, scopeName));
  const scopeSpans = message(2, scope, ...spans.map((span) => message(2, ...spanFields(span))));
  const about = message(1, ...Object.entries(resource).map(([key, value]) => attribute(1, key, value)));
  return message(1, about, scopeSpans);
}

function spanFields({ traceId, spanId, parentSpanId, name, startMs, endMs, attributes, error }: Span): Uint8Array[] {
  return [
    bytes(1, Buffer.from(traceId, "hex")),
    bytes(2, Buffer.from(spanId, "hex")),
    ...(parentSpanId === undefined ? [] : [bytes(4, Buffer.from(parentSpanId, "hex"))]),
    string(5, name),
    varintField(6, internalKind),
    fixed64(7, nanoseconds(startMs)),
    fixed64(8, nanoseconds(endMs)),
    ...Object.entries(attributes).map(([key, value]) => attribute(9, key, value)),
    ...(error === undefined ? [] : [message(15, string(2, error), varintField(3, errorStatus))]),
  ];
}

function attribute(field: number, key: string, value: Value): Uint8Array {
  return message(field, string(1, key), message(2, anyValue(value)));
}

function anyValue(value: Value): Uint8Array {
  if (typeof value === "string") return string(1, value);
  if (typeof value === "boolean") return varintField(2, value ? 1 : 0);
  return Number.isSafeInteger(value) && value >= 0 ? varintField(3, value) : double(4, value);
}

const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;

function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, Buffer.concat(parts));
}

function string(field: number, text: string): Uint8Array {
  return bytes(field, Buffer.from(text, "utf8"));
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(field, lengthType), varint(content.length), content]);
}

function varintField(field: number, value: number): Uint8Array {
  return Buffer.concat([tag(field, varintType), varint(value)]);
}

function fixed64(field: number, value: bigint): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, fixed64Type), content]);
}

function double(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([tag(field, fixed64Type), content]);
}

function tag(field: number, type: number): Uint8Array {
  return varint(field * 8 + type);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const content: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) content.push((rest % 128) + 128);
  content.push(rest);
  return Uint8Array.from(content);
}
