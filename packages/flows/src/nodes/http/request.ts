import { z } from "zod";
import type { Json } from "../../json.ts";
import { type NodeContext, type NodeDefinition, NodeError, node, TransientError } from "../node.ts";
import { bodyInputs, bodyOf, hasOneBody } from "./body.ts";
import { exchange, limited } from "./exchange.ts";
import { allowInternal, headers, plainHeaders, timeout, url } from "./inputs.ts";
import { isOwnHost } from "./own-host.ts";

const input = z
  .strictObject({
    url,
    method: z
      .string()
      .default("GET")
      .transform((method) => method.toUpperCase()),
    headers,
    query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    ...bodyInputs,
    timeout: timeout(30_000).describe("For the whole exchange. Default: 30s."),
    max_bytes: z
      .number()
      .int()
      .positive()
      .default(10 * 1024 * 1024)
      .describe("A longer answer fails the step."),
    follow_redirects: z.boolean().default(true),
    response: z.enum(["auto", "json", "text", "base64"]).default("auto").describe("auto: JSON where it is, else text."),
    allow_internal: allowInternal,
    check: z.boolean().default(false).describe("Whether a status of 400 and above fails the step."),
  })
  .refine(hasOneBody, { message: "give one of body, json_body, data and multipart" });

type RequestInput = z.infer<typeof input>;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Json;
  readonly error?: string;
}

const safeMethods = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
const passingStatuses = new Set([408, 425, 429]);

/** Its output is `{status, headers, body}`, and `error` for a status of 400 and above, which does not fail the step. */
export const httpRequest: NodeDefinition<RequestInput> = node({
  name: "http.request",
  description: "Sends an HTTP request; its output has status, headers and body.",
  input,
  async run(given, context) {
    const allowsInternal = given.allow_internal || (await isOwnHost(given.url, context));
    const init = await initOf(given, context);
    const request = { url: withQuery(given), init, timeoutMs: given.timeout, allowsInternal };
    const answer = await exchange(request, context, (response) => read(response, given));
    if (given.check && answer.error !== undefined) throw refused(answer, given.url);
    return { ...answer };
  },
});

function withQuery(given: RequestInput): string {
  if (!given.query) return given.url;
  const target = new URL(given.url);
  for (const [name, value] of Object.entries(given.query)) target.searchParams.append(name, String(value));
  return target.href;
}

async function initOf(given: RequestInput, context: NodeContext): Promise<RequestInit> {
  const { body, type } = await bodyOf(given, context);
  if (body !== undefined && (given.method === "GET" || given.method === "HEAD")) {
    throw new NodeError(`A ${given.method} request carries no body. Name a method such as POST.`, {
      code: "invalid-input",
    });
  }
  const sent = new Headers(plainHeaders(given.headers));
  if (type !== undefined && !sent.has("content-type")) sent.set("content-type", type);
  if (!safeMethods.has(given.method) && !sent.has("idempotency-key")) {
    sent.set("idempotency-key", context.idempotencyKey);
  }
  if (!sent.has("traceparent")) sent.set("traceparent", context.traceparent);
  const redirect = given.follow_redirects ? "follow" : "manual";
  return { method: given.method, headers: sent, redirect, ...(body === undefined ? {} : { body }) };
}

async function read(response: Response, given: RequestInput): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of limited(response, given.max_bytes)) chunks.push(chunk);
  const { status, statusText } = response;
  const error = status >= 400 ? { error: `HTTP ${status} ${statusText}`.trimEnd() } : {};
  return {
    status,
    headers: Object.fromEntries(response.headers),
    body: decode(Buffer.concat(chunks), given.response),
    ...error,
  };
}

function decode(bytes: Buffer, as: RequestInput["response"]): Json {
  if (as === "base64") return bytes.toString("base64");
  const text = bytes.toString("utf8");
  if (as === "text") return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (as === "auto") return text;
    throw new NodeError(`The answer is not JSON: ${(error as Error).message}`, { code: "invalid-json", cause: error });
  }
}

function refused(answer: Answer, target: string): NodeError {
  const Kind = answer.status >= 500 || passingStatuses.has(answer.status) ? TransientError : NodeError;
  return new Kind(`${target} answered ${answer.error}.`, { code: "http-status", output: { ...answer } });
}
