import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "@pawl/flows";
import { parseDuration } from "@pawl/hooks/guard";
import type { Headers } from "../envelope/token.ts";
import type { OriginOptions } from "../topology/network.ts";
import { Refusal } from "./answer.ts";

const longestWaitMs = 300_000;
const longestKey = 255;
const longestHeader = 8_192;
const traceFormat = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Names in lower case, as the hook of the seed reads them. */
export function headersOf(request: HttpRequest): Headers {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    headers[name] = value;
  });
  return headers;
}

const traceHeaders = ["traceparent", "tracestate", "baggage"];

/** The trace, and what the file allows: nothing else of a request travels on. */
export function carriedHeaders(request: HttpRequest, origin: OriginOptions): Headers | undefined {
  let carried: Record<string, string> | undefined;
  const carry = (name: string) => {
    const value = request.headers.get(name);
    if (value === null || value.length > longestHeader) return;
    if (name === "traceparent" && !traceFormat.test(value)) return;
    carried ??= {};
    carried[name] = value;
  };
  traceHeaders.forEach(carry);
  origin.forwardHeaders.forEach(carry);
  return carried;
}

/**
 * How long the client wants to wait: `?wait=5s` or `Prefer: wait=5`. Nothing when it does not.
 * @throws Refusal 400
 */
export function waitOf(request: HttpRequest): number | undefined {
  const asked = request.url.includes("?") ? new URL(request.url).searchParams.get("wait") : null;
  const prefer = request.headers.get("prefer");
  if (asked === null && prefer === null) return undefined;
  const written = asked ?? /(?:^|[,;]\s*)wait=(\d+)/i.exec(prefer ?? "")?.[1];
  if (written === undefined || written === null) return undefined;
  const ms = parseDuration(written);
  if (ms === undefined || ms > longestWaitMs) {
    throw new Refusal(400, "bad_request", "wait is a duration such as 5s, up to 300 s.");
  }
  return ms;
}

/** @throws Refusal 400 */
export function idempotencyKeyOf(request: HttpRequest): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (key.length > 0 && key.length <= longestKey) return key;
  throw new Refusal(400, "bad_request", `An Idempotency-Key has 1 to ${longestKey} characters.`);
}

/**
 * The built-in check of a key. The hook can do its own instead.
 * @throws Refusal 401, 503 when the expected key is not set
 */
export function authenticate(request: HttpRequest, auth: OriginOptions["auth"]): void {
  if (auth === undefined) return;
  const expected = process.env[auth.env];
  if (!expected) throw new Refusal(503, "unavailable", "This gateway has no key to compare with yet.");
  const given = request.headers.get(auth.header) ?? "";
  const wanted = auth.scheme === "bearer" ? `Bearer ${expected}` : expected;
  if (timingSafeEqual(digest(given), digest(wanted))) return;
  const challenge = auth.scheme === "bearer" ? "Bearer" : `ApiKey header="${auth.header}"`;
  throw new Refusal(401, "unauthorized", "A valid key is required.", { "www-authenticate": challenge });
}

/** Compared by hash, so that neither length nor content shows in the time it takes. */
function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

export function hashOf(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Who asks, as far as a request says so: a stored answer is for the same credentials only. */
export function credentialsOf(request: HttpRequest, origin: OriginOptions): string {
  const names = ["authorization", "x-api-key", "cookie", origin.auth?.header ?? "authorization"];
  return hashOf(...names.map((name) => request.headers.get(name) ?? ""));
}
