import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  HttpAnswer,
  HttpListener,
  HttpRequest,
  RateLimits,
  RouteAnswer,
  RouteHandler,
  RouteOptions,
} from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Logger } from "@pawl/hooks/guard";
import { type CheckAccess, callerOf, isLoopback, openPaths } from "./access.ts";
import { refuse } from "./codes.ts";
import { IncomingRequest } from "./incoming-request.ts";
import { refuseBadRequests, timeLimits } from "./request-limits.ts";
import { type MountedRoute, RouteTable } from "./route-table.ts";
import { sendAnswer } from "./send-answer.ts";

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly access: CheckAccess;
  readonly log: Logger;
  /** Nothing: everybody may ask as often as they like. */
  readonly limits?: RateLimits | undefined;
  /** Milliseconds that a request may take to come. Default: 60000, and 10000 for its headers. */
  readonly requestTimeoutMs?: number | undefined;
  /** Routes are still to come: until `settle`, a path that has none is answered 503 and not 404. Default: false. */
  readonly isStarting?: boolean | undefined;
}

/** A port that answers by a table of routes. */
export interface Listener extends HttpListener {
  readonly port: number;
  /** Whether every request needs a token. */
  readonly isTokenNeeded: boolean;
  routes(): readonly MountedRoute[];
  /** From now on what is not there will not come: a sender that asks for it is told so, and not to come again. */
  settle(): void;
  /** From now on new requests are answered 503; those under way go on. */
  drain(): void;
  /** Waits for requests under way up to `graceMs`, then ends their connections. */
  close(graceMs?: number): Promise<void>;
}

const defaultGraceMs = 10_000;
const defaultRequestTimeoutMs = 60_000;
const retryAfter = { "retry-after": "1" };

/** @throws the system's error when the address cannot be listened on */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const table = new RouteTable();
  let isDraining = false;
  let isStarting = options.isStarting === true;
  const respond = createResponder(table, options, () => isStarting);
  const limits = timeLimits(options.requestTimeoutMs ?? defaultRequestTimeoutMs);
  const server = createServer(limits, (incoming, outgoing) => {
    incoming.on("error", ignore); // who reads the body is told by its end
    const path = pathOf(incoming.url ?? "/");
    const isRefused = isDraining && path !== "/healthz" && path !== "/livez";
    const answer = isRefused
      ? draining()
      : respond(new IncomingRequest(incoming, outgoing), path, incoming.socket.remoteAddress);
    const send = (found: RouteAnswer) => sendAnswer(found, incoming, outgoing);
    if (answer instanceof Promise) answer.then(send, (error: unknown) => send(failed(error, path, options.log)));
    else send(answer);
  });
  refuseBadRequests(server);
  await bind(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    isTokenNeeded: !isLoopback(options.host),
    routes: () => table.routes(),
    url: `http://${shownHost(options.host)}:${port}`,
    route: (method: string, path: string, handler: RouteHandler, more?: RouteOptions) =>
      table.add(method, path, handler, more),
    settle() {
      isStarting = false;
    },
    drain() {
      isDraining = true;
    },
    close(graceMs = defaultGraceMs) {
      isDraining = true;
      return closeServer(server, graceMs);
    },
  };
}

function ignore(): void {}

function bind(server: Server, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

type Respond = (
  request: HttpRequest,
  path: string,
  remoteAddress: string | undefined,
) => RouteAnswer | Promise<RouteAnswer>;

function createResponder(
  table: RouteTable,
  { access, log, limits }: ListenerOptions,
  isStarting: () => boolean,
): Respond {
  return (request, path, remoteAddress) => {
    const found = table.find(request.method, path);
    const authenticates = found.kind === "found" && found.route.options.authenticates === true;
    const refusal = authenticates ? undefined : access(request, path);
    if (limits !== undefined && !openPaths.has(path)) {
      const waitMs = limits.take(callerOf(request, !authenticates && refusal === undefined, remoteAddress));
      if (waitMs > 0) return tooMany(waitMs);
    }
    if (refusal !== undefined) return refusal;
    if (found.kind === "none" && isStarting()) return starting(path);
    if (found.kind !== "found") return notFound(found, { method: request.method, path, table });
    try {
      return found.route.handler(request, { params: found.params, remoteAddress });
    } catch (error) {
      return failed(error, path, log);
    }
  };
}

function notFound(
  found: ReturnType<RouteTable["find"]>,
  { method, path, table }: { method: string; path: string; table: RouteTable },
): HttpAnswer {
  if (found.kind === "gone-now") {
    return refuse("being-replaced", `${path} is being replaced. Ask again in a moment.`, { headers: retryAfter });
  }
  if (found.kind === "other-method") {
    const allow = found.allowed.join(", ");
    return refuse("method-not-allowed", `${path} takes ${allow}, not ${method}.`, { headers: { allow } });
  }
  return refuse("not-found", `Nothing is at ${path.slice(0, 200)}.${didYouMean(path, table.paths())}`);
}

function starting(path: string): HttpAnswer {
  return refuse("not-ready", `The server is still starting; nothing is at ${path.slice(0, 200)} yet.`, {
    headers: retryAfter,
  });
}

function tooMany(waitMs: number): HttpAnswer {
  const headers = { "retry-after": `${Math.ceil(waitMs / 1_000)}` };
  return refuse("rate-limited", "Too many requests came from this token or address. Ask again later.", { headers });
}

function failed(error: unknown, path: string, log: Logger): HttpAnswer {
  const message = error instanceof Error ? error.message : String(error);
  log.error(`A request to ${path} could not be answered: ${message}`, { error });
  return refuse("internal-error", "The server could not answer. Its log says why.");
}

function draining(): HttpAnswer {
  const headers = { ...retryAfter, connection: "close" };
  return refuse("server-draining", "The server is about to stop. Ask again in a moment.", { headers });
}

/** The path of a request line; its query is left to who wants it. */
function pathOf(target: string): string {
  const end = target.indexOf("?");
  const path = end < 0 ? target : target.slice(0, end);
  return path.startsWith("/") ? path : (URL.parse?.(path)?.pathname ?? "/");
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
