import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpAnswer, HttpRequest, RequestHeaders } from "@pawl/flows";
import { refuse } from "./codes.ts";

export interface AccessOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** Tokens by the name of who uses them. Needed when bound to anything but loopback. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Further names by which the server is known (behind a proxy). */
  readonly allowedHosts?: readonly string[];
}

/** Says why a request is refused, or nothing. */
export type CheckAccess = (request: HttpRequest, path: string) => HttpAnswer | undefined;

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);
/** Who watches over the server has no token. */
export const openPaths: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz"]);

export function isLoopback(host: string): boolean {
  return loopbackNames.has(host) || host.startsWith("127.");
}

/** Keeps pages of other sites and people without a token away. */
export function createAccess({ host, tokens = {}, allowedHosts = [] }: AccessOptions): CheckAccess {
  const isLocal = isLoopback(host);
  const names = new Set([...loopbackNames, host, ...allowedHosts]);
  const digests = Object.values(tokens).map(digest);
  // Nearly all requests bring the same one.
  let known: string | null = null;
  const isKnown = (written: string | null) => {
    if (written === known && written !== null) return true;
    if (!names.has(nameIn(written))) return false;
    known = written;
    return true;
  };
  return (request, path) => {
    const { headers } = request;
    // Elsewhere a token is needed, which a rebound name does not bring along.
    if (isLocal && !isKnown(headers.get("host"))) return unknownHost();
    if (isForeign(request)) return foreignOrigin();
    if (openPaths.has(path)) return undefined;
    const token = tokenOf(headers);
    if (token === undefined) return isLocal ? undefined : tokenRequired();
    const given = digest(token);
    return digests.some((known) => timingSafeEqual(known, given)) ? undefined : tokenRequired();
  };
}

/** Whom a limit counts: the holder of a token that was found good, else an address. */
export function callerOf(request: HttpRequest, isKnown: boolean, remoteAddress: string | undefined): string {
  const token = isKnown ? tokenOf(request.headers) : undefined;
  return token === undefined ? (remoteAddress ?? "") : `token ${digest(token).toString("base64")}`;
}

/** Who sends a request: the name of its token, or the local user. Access has been checked before. */
export function namesByToken(
  tokens: Readonly<Record<string, string>>,
  localUser: string,
): (request: HttpRequest) => string {
  const names = Object.entries(tokens).map(([name, token]) => ({ name, digest: digest(token) }));
  return ({ headers }) => {
    const token = tokenOf(headers);
    if (token === undefined) return localUser;
    const given = digest(token);
    return names.find((known) => timingSafeEqual(known.digest, given))?.name ?? localUser;
  };
}

function tokenOf(headers: RequestHeaders): string | undefined {
  const written = headers.get("authorization");
  return written === null ? undefined : /^Bearer\s+(\S+)$/i.exec(written)?.[1];
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The name of a Host header, without its port. */
function nameIn(host: string | null): string {
  return (host ?? "").replace(/:\d+$/, "").toLowerCase();
}

/** A page may call the server that it came from. Following a link to the server is harmless. */
function isForeign({ headers, method }: HttpRequest): boolean {
  const site = headers.get("sec-fetch-site");
  const isNavigation = method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  if (site !== null && site !== "same-origin" && site !== "none" && !isNavigation) return true;
  const origin = headers.get("origin");
  if (origin === null) return false;
  try {
    return new URL(origin).host !== headers.get("host");
  } catch {
    return true;
  }
}

function unknownHost(): HttpAnswer {
  return refuse("unknown-host", "The Host header is none of the server's names. Others are allowed in its settings.");
}

function foreignOrigin(): HttpAnswer {
  return refuse("foreign-origin", "Pages of other sites may not call this server.");
}

function tokenRequired(): HttpAnswer {
  return refuse("token-required", "This needs a token: Authorization: Bearer …", {
    headers: { "www-authenticate": "Bearer" },
  });
}
