import type { Operation } from "@pawl/flows";
import { readVersion } from "../../version.ts";
import type { MountedRoute } from "../route-table.ts";
import { operationObject } from "./operation-object.ts";
import { Schemas } from "./schemas.ts";

/** What a document is made of: a listener and the routes that are mounted on it at the moment. */
export interface Documented {
  readonly url: string;
  /** Whether every request needs a token: the server listens for others than this machine. */
  readonly isTokenNeeded: boolean;
  routes(): readonly MountedRoute[];
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

const about = [
  "The server of `pawl serve`. Errors are `application/problem+json` (RFC 9457) with a `code`; the gateways and sinks of",
  "networks answer `{error: {code, message}}`. Times are milliseconds since 1970.",
].join(" ");

const bearer = {
  type: "http",
  scheme: "bearer",
  description: "A token of `PAWL_TOKENS`. On loopback requests without one are those of the local user.",
};

/** OpenAPI 3.1, made of the definitions that serve the routes. */
export async function openApiDocument({ url, isTokenNeeded, routes }: Documented): Promise<OpenApiDocument> {
  const schemas = new Schemas();
  const securitySchemes: Record<string, object> = { bearer };
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, operation: source } of routes()) {
    const operation = (await (typeof source === "function" ? source() : source)) ?? undescribed(method, path);
    const [verb] = method === "*" ? operation.route.split(" ") : [method];
    const { access } = operation;
    if (typeof access === "object") securitySchemes[access.scheme] = apiKey(access);
    const key = path.replaceAll(/:(\w+)/g, "{$1}");
    paths[key] = { ...paths[key], [verb!.toLowerCase()]: operationObject(operation, path, { schemas, isTokenNeeded }) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Pawl", version: readVersion(), description: about, license: { name: "Apache-2.0" } },
    servers: [{ url }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: { schemas: schemas.components(), securitySchemes },
  } as OpenApiDocument;
}

function apiKey({ header: name, description }: { readonly header: string; readonly description: string }): object {
  return { type: "apiKey", in: "header", name, description };
}

/** A plugin may mount what it does not describe. */
function undescribed(method: string, path: string): Operation {
  return {
    route: `${method === "*" ? "POST" : method} ${path}`,
    id: `${method} ${path}`.replaceAll(/\W+/g, "_"),
    tag: "other",
    summary: "A route without a description",
    answers: { 200: { description: "Whatever it answers." } },
  };
}
