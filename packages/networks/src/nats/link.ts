import type { ConnectionOptions, PublishOptions } from "@nats-io/transport-node";
import { type Logger, systemClock } from "@pawl/hooks/guard";
import { type JetStreamManager, loadClient, type NatsClient, type NatsConnection } from "./client.ts";
import { connectionOptions, type ServerOptions, shownUrl } from "./server-options.ts";

/** The server does not know who asks, or does not let them in. */
export class CredentialsError extends Error {
  readonly code = "wrong-credentials";
}

export interface LinkOptions {
  readonly server: ServerOptions;
  /** How this process is called in the lists of the server. */
  readonly name: string;
  readonly inboxPrefix: string;
  readonly log: Logger;
  /** How long the server may take to answer a question. */
  readonly answerMs: number;
  /** Ends the attempts to connect. */
  readonly signal: AbortSignal;
}

const firstDelayMs = 200;
const longestDelayMs = 5_000;

/** The connection to the server, which comes and goes. */
export class Link {
  readonly client: NatsClient;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly inboxPrefix: string;
  readonly #log: Logger;
  readonly #url: string;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #told = new Set<string>();
  /** Subject, payload, options; the next subject, and so on. */
  #outgoing: (string | Uint8Array | PublishOptions | undefined)[] = [];
  #isConnected = true;
  #isClosing = false;
  #error: string | undefined;

  constructor(
    parts: { readonly client: NatsClient; readonly connection: NatsConnection; readonly manager: JetStreamManager },
    options: LinkOptions,
  ) {
    this.client = parts.client;
    this.connection = parts.connection;
    this.manager = parts.manager;
    this.inboxPrefix = options.inboxPrefix;
    this.#log = options.log;
    this.#url = shownUrl(options.server.url);
    void this.#follow();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Sends with everything else of this turn of the event loop, so that many messages are one write. */
  send(subject: string, payload: Uint8Array, options?: PublishOptions): void {
    this.#outgoing.push(subject, payload, options);
    if (this.#outgoing.length === 3) setImmediate(() => this.#sendAll());
  }

  /** Resolves when the server has taken everything. */
  async flush(): Promise<void> {
    this.#sendAll();
    if (this.#isConnected && !this.connection.isClosed()) await this.connection.flush();
  }

  /** Why nothing can be sent. */
  get reason(): string | undefined {
    if (this.#isConnected) return undefined;
    return `${this.#url} is not connected${this.#error === undefined ? "" : `: ${this.#error}`}`;
  }

  /** @returns the undo */
  onChange(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** For good. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#isClosing = true;
    await this.connection.close();
  }

  #sendAll(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (this.connection.isClosed()) return;
    for (let index = 0; index < outgoing.length; index += 3) {
      const subject = outgoing[index] as string;
      const payload = outgoing[index + 1] as Uint8Array;
      this.connection.publish(subject, payload, outgoing[index + 2] as PublishOptions | undefined);
    }
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === "disconnect") this.#changed(false);
      else if (status.type === "reconnect") this.#changed(true);
      else if (status.type === "close") this.#changed(false);
      else if (status.type === "error") this.#failed(status.error);
    }
  }

  #changed(isConnected: boolean): void {
    if (isConnected === this.#isConnected || this.#isClosing) return;
    this.#isConnected = isConnected;
    if (isConnected) this.#error = undefined;
    this.#log[isConnected ? "info" : "warn"](
      isConnected ? `${this.#url} is connected again.` : `${this.#url} is lost; trying again.`,
    );
    for (const listener of this.#listeners) listener(isConnected);
  }

  /** A right that is missing is told once per subject: it would come with every message. */
  #failed(error: Error): void {
    this.#error = error.message;
    if (this.#told.has(error.message) || this.#told.size > 1_000) return;
    this.#told.add(error.message);
    this.#log.error(`${this.#url} says: ${error.message}`);
  }
}

/**
 * Connects, however long the server lets itself be waited for.
 * @throws MissingClientError, ServerOptionError, CredentialsError, and the signal's reason
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const client = await loadClient();
  const how: ConnectionOptions = {
    ...connectionOptions(client, options.server),
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    ignoreAuthErrorAbort: true,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 5_000,
  };
  const connection = await connect(client, how, options);
  return new Link({ client, connection, manager: await client.manager(connection, options.answerMs) }, options);
}

async function connect(client: NatsClient, how: ConnectionOptions, options: LinkOptions): Promise<NatsConnection> {
  const { log, signal, server } = options;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
    signal.throwIfAborted();
    try {
      return await client.connect(how);
    } catch (error) {
      const why = (error as Error).message;
      if (client.isCredentialsError(error) || client.isCredentialsError((error as Error).cause)) {
        throw new CredentialsError(`${shownUrl(server.url)} does not accept these credentials: ${why}.`);
      }
      if (delayMs === firstDelayMs) log.warn(`${shownUrl(server.url)} cannot be reached, trying again: ${why}`);
    }
    await systemClock.sleep(delayMs, signal);
  }
}
