import { didYouMean } from "@pawl/hooks/diagnostics";
import type { z } from "zod";
import type { Json } from "../json.ts";
import { requestCodes } from "./codes.ts";
import { HttpAnswer, type HttpRequest } from "./message.ts";
import type { RouteAnswer, RouteContext, RouteHandler } from "./mount.ts";
import type { Operation, OperationSource } from "./operation.ts";
import { json, problem } from "./problem.ts";
import { readBody } from "./read-body.ts";

type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Deep<T[Key]> }
    : T;

type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type QueryOf<O extends Operation> = O["query"] extends z.ZodType ? z.output<O["query"]> : Record<string, never>;
type BodyOf<O extends Operation> = O["body"] extends { readonly schema: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;
type AnswerOf<O extends Operation, Status extends keyof O["answers"]> = O["answers"][Status] extends {
  readonly schema: infer S extends z.ZodType;
}
  ? Deep<z.input<S>>
  : undefined;

/** A request that fits its operation. */
export interface Asked<O extends Operation> {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<NamesIn<O["route"]>, string>>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** A JSON answer of the shape that the operation promises for the status. */
  answer<Status extends keyof O["answers"] & number>(
    status: Status,
    body: AnswerOf<O, Status>,
    headers?: Readonly<Record<string, string>>,
  ): HttpAnswer;
}

const defaultMaxBytes = 1024 * 1024;
const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i;
const noQuery: Record<string, never> = {};

/** A route handler that calls `handle` with what fits the operation, and refuses what does not. */
export function answering<O extends Operation>(
  source: OperationSource<O>,
  handle: (asked: Asked<O>) => RouteAnswer | Promise<RouteAnswer>,
): RouteHandler {
  return async (request, context) => {
    const operation = typeof source === "function" ? await source() : source;
    const query = readQuery(request, operation);
    if (query instanceof HttpAnswer) return query;
    const body = operation.body === undefined ? undefined : await readFields(request, operation);
    if (body instanceof HttpAnswer) return body;
    const asked = { request, params: paramsOf(context), query, body: body?.value, answer: json };
    return handle(asked as unknown as Asked<O>);
  };
}

function paramsOf({ params }: RouteContext): Readonly<Record<string, string>> {
  return params;
}

function readQuery(request: HttpRequest, { query: schema }: Operation): unknown {
  const start = request.url.indexOf("?");
  if (start < 0 && schema === undefined) return noQuery;
  const given: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(start < 0 ? "" : request.url.slice(start + 1))) {
    const before = given[name];
    given[name] = before === undefined ? value : [before, value].flat();
  }
  if (schema === undefined) return noQuery;
  const read = schema.safeParse(given);
  return read.success ? read.data : wrong(read.error.issues, given, { noun: "parameter", schema });
}

async function readFields(
  request: HttpRequest,
  { body }: Operation,
): Promise<{ readonly value: unknown } | HttpAnswer> {
  const { schema, maxBytes = defaultMaxBytes } = body!;
  const bytes = await readBody(request, maxBytes);
  if (bytes === undefined) {
    const headers = { connection: "close" };
    return refuse("body-too-large", `The body is larger than ${maxBytes} bytes.`, headers);
  }
  const value = bytes.length === 0 ? {} : parse(request, bytes);
  if (value instanceof HttpAnswer) return value;
  const read = schema.safeParse(value);
  return read.success ? { value: read.data } : wrong(read.error.issues, value, { noun: "field", schema });
}

function parse(request: HttpRequest, bytes: Buffer): Readonly<Record<string, Json>> | HttpAnswer {
  if (!jsonType.test(request.headers.get("content-type") ?? "")) {
    return refuse("unsupported-media-type", "The body has to be JSON, with content-type: application/json.");
  }
  let value: Json;
  try {
    value = JSON.parse(bytes.toString("utf8")) as Json;
  } catch (error) {
    return refuse("invalid-json", `The body is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, Json>;
  return refuse("invalid-request", "The body has to be a map.");
}

interface Place {
  readonly noun: "field" | "parameter";
  readonly schema: z.ZodType;
}

/** All mistakes at once. A schema's own words are what a value is: `a whole number from 1 to 500`. */
function wrong(issues: readonly z.core.$ZodIssue[], given: unknown, { noun, schema }: Place): HttpAnswer {
  const known = Object.keys((schema as Partial<z.ZodObject>).shape ?? {});
  const sentences = issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `There is no ${noun} "${key.slice(0, 100)}".${didYouMean(key, known)}`);
    }
    return `${issue.path.join(".")} is ${issue.message}; ${cameAt(given, issue.path)} came.`;
  });
  return refuse("invalid-request", sentences.slice(0, 10).join(" "));
}

function cameAt(given: unknown, path: readonly PropertyKey[]): string {
  let value = given;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? "nothing").slice(0, 50);
}

function refuse(
  code: keyof typeof requestCodes,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return problem(requestCodes[code].status, code, detail, { headers });
}
