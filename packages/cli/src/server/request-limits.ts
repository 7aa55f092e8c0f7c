import { type Server, type ServerOptions, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpAnswer } from "@pawl/flows";
import { refuse } from "./codes.ts";

const headersTimeoutMs = 10_000;
/** Connections that are open at once; more are closed at once. */
const mostConnections = 5_000;

/** How slow a request may be. Node looks only now and then, so an answer may come a little later. */
export function timeLimits(requestTimeoutMs: number): ServerOptions {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(5_000, Math.ceil(requestTimeoutMs / 4)),
  };
}

/** Limits connections in number, and answers requests that are none, too slow, or have too large headers. */
export function refuseBadRequests(server: Server): void {
  server.maxConnections = mostConnections;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => answer(error.code, socket));
}

/** Node has given up on the request: what is written here is all that its sender gets. */
function answer(code: string | undefined, socket: Duplex): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = problemOf(code);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function problemOf(code: string | undefined): HttpAnswer {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return refuse("request-timeout", "The request did not come in time.");
  if (code === "HPE_HEADER_OVERFLOW") return refuse("headers-too-large", "The headers of the request are too large.");
  return refuse("malformed-request", "The request is not HTTP as it should be.");
}
