import type { HttpAnswer, HttpRequest } from "./message.ts";
import type { OperationSource } from "./operation.ts";

/** What a route handler gets beside the request. */
export interface RouteContext {
  readonly params: Readonly<Record<string, string>>;
  /** The address of the other end, without its port. */
  readonly remoteAddress: string | undefined;
}

/** What a handler gives back: as a whole, or as a stream. */
export type RouteAnswer = HttpAnswer | Response;

export type RouteHandler = (request: HttpRequest, context: RouteContext) => RouteAnswer | Promise<RouteAnswer>;

export interface RouteOptions {
  /**
   * The handler proves by itself who sends (a signature), so that neither a token nor a known Host or Origin is asked of
   * the request. Default: false.
   */
  readonly authenticates?: boolean;
  /** The route's part of the OpenAPI document. */
  readonly operation?: OperationSource;
}

/** Where routes are registered. Only the server package knows the server behind it. */
export interface HttpMount {
  /** `http://host:port` as it can be reached from here. */
  readonly url: string;
  /**
   * Adds a route; the result removes it. `path` may hold `:name` segments. `method` is upper-case, `*` for any.
   * @throws RouteTakenError when the same method and path is registered already
   */
  route(method: string, path: string, handler: RouteHandler, options?: RouteOptions): () => void;
}

export interface HttpListener extends HttpMount {
  close(): Promise<void>;
}

/** The project's server, and a way to open further ports (a webhook with a `port` of its own). */
export interface HttpHost {
  readonly main: HttpMount;
  listen(options: { readonly host: string; readonly port: number }): Promise<HttpListener>;
}

export class RouteTakenError extends Error {
  readonly code = "route-taken";
}
