import { type Json, readBody } from "@pawl/flows";
import { refuse } from "../codes.ts";

const maxBytes = 1024 * 1024;

/** The body as a map (an empty body is an empty one), or the answer that says what is wrong with it. */
export async function readFields(request: Request): Promise<Readonly<Record<string, Json>> | Response> {
  const body = await readBody(request, maxBytes);
  if (body === undefined) {
    const headers = { connection: "close" };
    return refuse(413, "body-too-large", `The body is larger than ${maxBytes} bytes.`, { headers });
  }
  if (body.length === 0) return {};
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get("content-type") ?? "")) {
    return refuse(415, "unsupported-media-type", "The body has to be JSON, with content-type: application/json.");
  }
  let value: Json;
  try {
    value = JSON.parse(body.toString("utf8")) as Json;
  } catch {
    return refuse(400, "invalid-json", "The body is not JSON.");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, Json>;
  return refuse(400, "invalid-request", "The body has to be a map.");
}

export function queryOf(request: Request): URLSearchParams {
  const start = request.url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : request.url.slice(start + 1));
}

/** A whole number of the query within its bounds, its default when it is not there, or the answer that refuses it. */
export function readNumber(
  query: URLSearchParams,
  name: string,
  { min, max, otherwise }: { readonly min: number; readonly max: number; readonly otherwise: number },
): number | Response {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  return refuse(
    400,
    "invalid-request",
    `${name} is a whole number from ${min} to ${max}; "${text.slice(0, 50)}" came.`,
  );
}

export function isMap(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
