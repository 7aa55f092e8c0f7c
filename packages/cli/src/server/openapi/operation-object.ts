import type { Operation, OperationAnswer } from "@pawl/flows";
import type { z } from "zod";
import { problemsOf } from "./problems.ts";
import type { Schemas } from "./schemas.ts";

export interface Surroundings {
  readonly schemas: Schemas;
  readonly isTokenNeeded: boolean;
}

/** One operation of the document. */
export function operationObject(operation: Operation, path: string, { schemas, isTokenNeeded }: Surroundings): object {
  const { id, tag, summary, description, body } = operation;
  const responses = { ...problemsOf(operation) };
  for (const [status, answer] of Object.entries(operation.answers)) responses[status] = responseOf(answer, schemas);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...pathParameters(operation, path), ...queryParameters(operation, schemas), ...headersOf(operation)],
    ...(body === undefined ? {} : { requestBody: bodyOf(body, schemas) }),
    responses,
    security: securityOf(operation, isTokenNeeded),
  };
}

function securityOf({ access = "token" }: Operation, isTokenNeeded: boolean): object[] {
  if (access === "open") return [];
  if (access === "token") return isTokenNeeded ? [{ bearer: [] }] : [{}, { bearer: [] }];
  return [{ [access.scheme]: [] }];
}

function pathParameters({ params = {} }: Operation, path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => {
    return { name, in: "path", required: true, description: params[name] ?? "", schema: { type: "string" } };
  });
}

function queryParameters({ query }: Operation, schemas: Schemas): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...shape } = schemas.of(schema as z.ZodType, "output");
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    const style = shape.type === "array" ? { style: "form", explode: false } : {};
    return {
      name,
      in: "query",
      required,
      ...(description === undefined ? {} : { description }),
      ...style,
      schema: shape,
    };
  });
}

/** `accept` and its like are described in words: OpenAPI has no parameters of these names. */
function headersOf({ headers = {} }: Operation): object[] {
  return Object.entries(headers)
    .filter(([name]) => !["accept", "content-type", "authorization"].includes(name))
    .map(([name, description]) => ({ name, in: "header", description, schema: { type: "string" } }));
}

function bodyOf(
  { schema, isRequired = false, types = ["application/json"] }: NonNullable<Operation["body"]>,
  schemas: Schemas,
) {
  return {
    required: isRequired,
    content: Object.fromEntries(types.map((type) => [type, { schema: schemas.of(schema, "input") }])),
  };
}

function responseOf({ description, schema, types = [], headers = {} }: OperationAnswer, schemas: Schemas): object {
  const content = {
    ...(schema === undefined ? {} : { "application/json": { schema: schemas.of(schema, "input") } }),
    ...Object.fromEntries(types.map((type) => [type, { schema: { type: "string" } }])),
  };
  const described = Object.entries(headers).map(([name, about]) => [
    name,
    { description: about, schema: { type: "string" } },
  ]);
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}
