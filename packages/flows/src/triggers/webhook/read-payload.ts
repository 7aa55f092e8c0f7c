import type { HttpRequest } from "../../http/message.ts";
import type { Json } from "../../json.ts";

export type Payload = { readonly payload: Json } | { readonly problem: "unsupported-media-type" | "invalid-json" };

const formType = "application/x-www-form-urlencoded";
const methodsWithoutBody = new Set(["GET", "HEAD", "DELETE"]);

/** The body as a value: JSON as it is, forms as maps, other accepted text as text. */
export function readPayload(request: HttpRequest, body: Buffer, accept: readonly string[]): Payload {
  const mediaType = mediaTypeOf(request.headers.get("content-type"));
  if (body.length === 0 && methodsWithoutBody.has(request.method)) return { payload: null };
  if (isJson(mediaType)) return readJson(body);
  if (!accept.some((pattern) => matches(pattern, mediaType))) return { problem: "unsupported-media-type" };
  if (mediaType === formType) return { payload: readForm(body.toString("utf8")) };
  const text = body.toString("utf8");
  // Bytes that are not text are given as base64, so that none is lost.
  return { payload: Buffer.from(text, "utf8").equals(body) ? text : body.toString("base64") };
}

function mediaTypeOf(header: string | null): string {
  return (header ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

function isJson(mediaType: string): boolean {
  return mediaType === "application/json" || /^[\w.-]+\/[\w.-]+\+json$/.test(mediaType);
}

function matches(pattern: string, mediaType: string): boolean {
  const wanted = mediaTypeOf(pattern);
  if (wanted === "*/*" || wanted === mediaType) return true;
  return wanted.endsWith("/*") && mediaType.startsWith(wanted.slice(0, -1));
}

function readJson(body: Buffer): Payload {
  try {
    return { payload: JSON.parse(body.toString("utf8")) as Json };
  } catch {
    return { problem: "invalid-json" };
  }
}

/** A field that comes several times is a list. */
function readForm(text: string): Json {
  const fields = new Map<string, Json[]>();
  for (const [name, value] of new URLSearchParams(text)) fields.set(name, [...(fields.get(name) ?? []), value]);
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}
