import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A span as it was received, whatever it came as. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  /** `service.name` of the process that sent it. */
  readonly service: unknown;
}

/** An OTLP receiver that reads both formats of HTTP. `answers` are the statuses of the first posts; then 200. */
export async function startReceiver(answers: readonly number[] = []) {
  const spans: ReceivedSpan[] = [];
  const posts: { readonly type: string; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  const left = [...answers];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const type = String(request.headers["content-type"]);
    posts.push({ type, headers: request.headers });
    const status = left.shift() ?? (request.url === "/v1/traces" ? 200 : 404);
    const body = Buffer.concat(chunks);
    if (status === 200) spans.push(...(type === "application/json" ? readJson(body) : readProtobuf(body)));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, posts };
}

type Attribute = { readonly key: string; readonly value: Record<string, unknown> };

function readJson(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString("utf8"));
  return resourceSpans.flatMap(
    ({ resource, scopeSpans }: { resource: { attributes: Attribute[] }; scopeSpans: { spans: object[] }[] }) =>
      scopeSpans.flatMap(({ spans }) =>
        // biome-ignore lint/suspicious/noExplicitAny: it is whatever was sent.
        spans.map((span: any) => ({
          ...span,
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          attributes: plain(span.attributes),
          service: plain(resource.attributes)["service.name"],
        })),
      ),
  );
}

function plain(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, boolValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue)),
    ]),
  );
}

type Fields = Map<number, (Buffer | bigint)[]>;

/** Fields of a message by number; what they mean is in `opentelemetry/proto/trace/v1/trace.proto`. */
function fieldsOf(body: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = body[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < body.length) {
    const tag = Number(varint());
    const type = tag & 7;
    let value: Buffer | bigint;
    if (type === 0) value = varint();
    else if (type === 1) {
      value = body.subarray(at, at + 8);
      at += 8;
    } else if (type === 2) {
      const length = Number(varint());
      value = body.subarray(at, at + length);
      at += length;
    } else throw new Error(`A field of wire type ${type} at ${at}.`);
    if (at > body.length) throw new Error("A field goes beyond the end.");
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

function readProtobuf(body: Buffer): ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const resource = pairs(messages(resourceSpans, 1)[0]!, 1);
    return messages(resourceSpans, 2).flatMap((scopeSpans) =>
      messages(scopeSpans, 2).map((span) => spanOf(span, resource["service.name"])),
    );
  });
}

function spanOf(span: Fields, service: unknown): ReceivedSpan {
  const hex = (field: number) => (span.get(field)?.[0] as Buffer | undefined)?.toString("hex");
  const nanos = (field: number) => (span.get(field)![0] as Buffer).readBigUInt64LE();
  const [status] = messages(span, 15);
  return {
    traceId: hex(1)!,
    spanId: hex(2)!,
    parentSpanId: hex(4),
    name: text(span, 5)!,
    kind: Number(span.get(6)![0]),
    start: nanos(7),
    end: nanos(8),
    attributes: pairs(span, 9),
    status: status === undefined ? {} : { code: Number(status.get(3)![0]), message: text(status, 2)! },
    service,
  };
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((value) => fieldsOf(value as Buffer));
}

function text(fields: Fields, number: number): string | undefined {
  return (fields.get(number)?.[0] as Buffer | undefined)?.toString("utf8");
}

function pairs(fields: Fields, number: number): Record<string, unknown> {
  const entries = messages(fields, number).map((pair) => {
    const [value] = messages(pair, 2);
    const [bool] = value!.get(2) ?? [];
    const [whole] = value!.get(3) ?? [];
    const [fraction] = value!.get(4) ?? [];
    const number = whole === undefined ? (fraction as Buffer | undefined)?.readDoubleLE() : Number(whole);
    return [text(pair, 1)!, text(value!, 1) ?? (bool === undefined ? number : bool === 1n)] as const;
  });
  return Object.fromEntries(entries);
}
