import type { JetStreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, MsgHdrs, NatsConnection } from "@nats-io/transport-node";

export type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
export type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";

/** What is used of the client. Nothing else of it is imported anywhere. */
export interface NatsClient {
  connect(options: ConnectionOptions): Promise<NatsConnection>;
  manager(connection: NatsConnection, timeoutMs: number): Promise<JetStreamManager>;
  headers(): MsgHdrs;
  /** What it sends of headers are the bytes they encode themselves to. */
  readonly encodesHeaders: boolean;
  credentials(file: Uint8Array): ConnectionOptions["authenticator"];
  nkey(seed: Uint8Array): ConnectionOptions["authenticator"];
  isCredentialsError(error: unknown): boolean;
}

/** The client is an optional dependency, and it is not there. */
export class MissingClientError extends Error {
  readonly code = "client-missing";

  constructor(cause: unknown) {
    super("Networks on NATS need its client: npm install @nats-io/transport-node@~3.3.1 @nats-io/jetstream@~3.3.1", {
      cause,
    });
  }
}

let loaded: Promise<NatsClient> | undefined;

/** @throws MissingClientError */
export function loadClient(): Promise<NatsClient> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<NatsClient> {
  try {
    const [core, jetstream] = await Promise.all([import("@nats-io/transport-node"), import("@nats-io/jetstream")]);
    return {
      connect: (options) => core.connect(options as Parameters<typeof core.connect>[0]),
      manager: (connection, timeout) => jetstream.jetstreamManager(connection, { checkAPI: false, timeout }),
      headers: core.headers,
      encodesHeaders: "encode" in core.headers(),
      credentials: (file) => core.credsAuthenticator(file),
      nkey: (seed) => core.nkeyAuthenticator(seed),
      isCredentialsError: (error) =>
        error instanceof core.AuthorizationError || error instanceof core.UserAuthenticationExpiredError,
    };
  } catch (error) {
    loaded = undefined;
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") throw new MissingClientError(error);
    throw error;
  }
}
