import type { HttpRequest, RequestHeaders } from "../../http/message.ts";
import type { Json, JsonObject } from "../../json.ts";
import { event, type TriggerEvent } from "../trigger.ts";
import { deliveryId } from "./delivery-id.ts";

/** Who asks proves who they are with these; they have no business in a journal. */
const privateHeaders = new Set(["authorization", "cookie", "proxy-authorization"]);
const cloudEventType = "application/cloudevents+json";

/** The request as an event: payload as sent; headers, method and query beside it, and CloudEvents attributes if any. */
export function readEvent(request: HttpRequest, payload: Json): TriggerEvent {
  const { headers } = request;
  const structured = structuredEvent(headers, payload);
  const attributes = { ...plainAttributes(request), ...binaryAttributes(headers), ...structured?.attributes };
  const id = structured ? `${structured.attributes.source} ${structured.attributes.id}` : deliveryId(headers, payload);
  const time = Date.parse(String(attributes.time ?? ""));
  const traceparent = headers.get("traceparent");
  return event(structured ? structured.data : payload, {
    attributes,
    ...(id === undefined ? {} : { id }),
    ...(Number.isFinite(time) ? { time } : {}),
    ...(traceparent === null ? {} : { traceparent }),
  });
}

function plainAttributes(request: HttpRequest): JsonObject {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (!privateHeaders.has(name)) headers[name] = value;
  const start = request.url.indexOf("?");
  const query = start < 0 ? {} : Object.fromEntries(new URLSearchParams(request.url.slice(start + 1)));
  return { method: request.method, headers, query };
}

/** CloudEvents in binary mode: `ce-*` headers. */
function binaryAttributes(headers: RequestHeaders): JsonObject {
  if (!headers.has("ce-id")) return {};
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) if (name.startsWith("ce-")) attributes[name.slice(3)] = value;
  return attributes;
}

interface Structured {
  readonly data: Json;
  readonly attributes: JsonObject;
}

/** CloudEvents in structured mode: the body is the envelope, its `data` the payload. */
function structuredEvent(headers: RequestHeaders, payload: Json): Structured | undefined {
  if (!headers.get("content-type")?.toLowerCase().startsWith(cloudEventType)) return undefined;
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
  const { data = null, ...attributes } = payload as JsonObject;
  return typeof attributes.id === "string" ? { data, attributes } : undefined;
}
