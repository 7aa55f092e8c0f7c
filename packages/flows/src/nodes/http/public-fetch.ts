import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import {
  checkLiteralAddress,
  type IsRefused,
  isInternalAddress,
  lookupWithout,
  type Resolve,
} from "./internal-addresses.ts";

const mostRedirects = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);
const ownerHeaders = ["authorization", "cookie", "proxy-authorization"];
const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** What may be reached, and how names are found. The defaults are no internal address, and the system's resolver. */
export interface Reach {
  readonly isRefused?: IsRefused;
  readonly resolve?: Resolve;
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
}

/**
 * `fetch` that connects to no internal address, redirects included. The one of Node takes no lookup.
 * @throws NodeError `internal-address`
 */
export async function publicFetch(url: string, init: RequestInit, reach: Reach = {}): Promise<Response> {
  const request = new Request(url, init);
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  if (!headers.has("accept")) headers.set("accept", "*/*");
  if (!headers.has("user-agent")) headers.set("user-agent", "node");
  if (!headers.has("accept-encoding")) headers.set("accept-encoding", "gzip, deflate, br");
  let hop: Hop = { url: new URL(request.url), method: request.method, headers, body };
  for (let count = 0; ; count++) {
    const answer = await send(hop, reach, init.signal);
    const next = init.redirect === "manual" ? undefined : nextHop(hop, answer);
    if (next === undefined) return asResponse(answer, hop);
    answer.destroy();
    if (count === mostRedirects) throw new Error(`more than ${mostRedirects} redirects`);
    hop = next;
  }
}

async function send(
  { url, method, headers, body }: Hop,
  { isRefused = isInternalAddress, resolve: find }: Reach,
  signal: RequestInit["signal"],
): Promise<IncomingMessage> {
  checkLiteralAddress(url, isRefused);
  const start = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: Object.fromEntries(headers),
      lookup: lookupWithout(isRefused, find),
      agent: false as const,
      ...(signal ? { signal } : {}),
    };
    start(url, options).once("response", resolve).on("error", reject).end(body);
  });
}

/** As fetch does it: some redirects turn into GET, and what proves who asks goes to the same origin only. */
function nextHop({ url, method, headers, body }: Hop, { statusCode = 0, headers: answered }: IncomingMessage) {
  if (!redirects.has(statusCode) || answered.location === undefined) return undefined;
  const target = new URL(answered.location, url);
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw new Error(`a redirect leads to ${target.protocol}, which is not followed`);
  }
  const sent = new Headers(headers);
  if (target.origin !== url.origin) for (const name of ownerHeaders) sent.delete(name);
  const becomesGet = statusCode === 303 ? method !== "GET" && method !== "HEAD" : statusCode < 303 && method === "POST";
  if (!becomesGet) return { url: target, method, headers: sent, body };
  sent.delete("content-type");
  return { url: target, method: "GET", headers: sent, body: undefined };
}

function asResponse(answer: IncomingMessage, { method }: Hop): Response {
  const { statusCode: status = 0, statusMessage: statusText = "" } = answer;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const hasBody = method !== "HEAD" && !bodiless.has(status);
  if (!hasBody) answer.resume();
  const body = hasBody ? (Readable.toWeb(decoded(answer)) as ReadableStream<Uint8Array>) : null;
  return new Response(body, { status, statusText, headers });
}

function decoded(answer: IncomingMessage): Readable {
  const decoder = decoders[answer.headers["content-encoding"]?.toLowerCase() ?? ""];
  // The one that reads meets the error of either.
  return decoder === undefined ? answer : (pipeline(answer, decoder(), () => {}) as unknown as Readable);
}
