import { type HttpHost, type HttpListener, RateLimit, RateLimits, type ServerConfig } from "@pawl/flows";
import type { Logger } from "@pawl/hooks/guard";
import { type AccessOptions, createAccess, isLoopback } from "./access.ts";
import { type Listener, listen } from "./http-listener.ts";

export interface HostOptions extends AccessOptions {
  readonly port: number;
  readonly log: Logger;
  /** Default: off on loopback, elsewhere 100 a second and 200 at once. */
  readonly rateLimit?: ServerConfig["rateLimit"];
  /** Milliseconds that a request may take to come. Default: 60000. */
  readonly requestTimeoutMs?: number;
  /** Routes are still to come: see `Listener.settle`. Default: false. */
  readonly isStarting?: boolean;
}

export interface ServerHost extends HttpHost {
  readonly main: Listener;
  drain(): void;
  close(graceMs?: number): Promise<void>;
}

const defaultLimit = { perSecond: 100, burst: 200 };

/** What keeps the server from starting, as a sentence. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: "token-required" | "cannot-listen";
  constructor(code: ServerError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Opens the project's port, and others when they are asked for.
 * @throws ServerError
 */
export async function openHost(options: HostOptions): Promise<ServerHost> {
  const { host, port, tokens = {}, log, requestTimeoutMs, isStarting } = options;
  if (!isLoopback(host) && Object.keys(tokens).length === 0) {
    const message = `Listening on ${host} lets others in: that needs a token. 127.0.0.1 needs none.`;
    throw new ServerError("token-required", message);
  }
  const shared = { log, requestTimeoutMs, limits: limitsOf(options) };
  const main = await listen({ ...shared, host, port, isStarting, access: createAccess(options) }).catch(
    (error: unknown) => {
      throw new ServerError("cannot-listen", reasonFor(error, host, port), error);
    },
  );
  const others = new Set<Listener>();
  const all = () => [main, ...others];
  return {
    main,
    async listen({ host, port }): Promise<HttpListener> {
      // Whoever opens a port of their own has said who may come: only a foreign page is still kept away.
      const access = isLoopback(host) ? createAccess({ host }) : () => undefined;
      const listener = await listen({ ...shared, host, port, access });
      others.add(listener);
      const close = async () => {
        others.delete(listener);
        await listener.close();
      };
      return { url: listener.url, route: listener.route, close };
    },
    drain() {
      for (const each of all()) each.drain();
    },
    async close(graceMs) {
      await Promise.all(all().map((each) => each.close(graceMs)));
    },
  };
}

/** One count for all ports of the project. */
function limitsOf({ host, rateLimit }: HostOptions): RateLimits | undefined {
  const terms = rateLimit ?? (isLoopback(host) ? false : defaultLimit);
  if (terms === false) return undefined;
  return new RateLimits(() => new RateLimit(terms.perSecond, () => performance.now(), terms.burst));
}

function reasonFor(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return `Port ${port} of ${host} is in use. Another \`pawl serve\` may run; --port takes another.`;
  if (code === "EACCES") return `Port ${port} of ${host} may not be used by this user.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine.`;
  return `The server cannot listen on ${host}:${port}: ${message}`;
}
