import { NodeError, TransientError, TriggerError } from "@pawl/flows";
import { createClient } from "redis";
import { z } from "zod";

/** How every trigger and node of the plugin says where Redis is. */
export const connectionInput: {
  readonly url: z.ZodOptional<z.ZodString>;
  readonly host: z.ZodDefault<z.ZodString>;
  readonly port: z.ZodDefault<z.ZodCoercedNumber>;
  readonly username: z.ZodOptional<z.ZodString>;
  readonly password: z.ZodOptional<z.ZodString>;
  readonly tls: z.ZodDefault<z.ZodBoolean>;
  readonly database: z.ZodOptional<z.ZodNumber>;
} = {
  url: z
    .string()
    .regex(/^rediss?:\/\//, "expected a URL like redis://host:6379")
    .optional()
    .describe("`redis://user:password@host:port/0`, or `rediss://` for TLS; wins over host and port."),
  host: z.string().min(1).default("localhost"),
  port: z.coerce.number().int().min(1).max(65_535).default(6379),
  username: z.string().optional(),
  password: z.string().optional(),
  tls: z.boolean().default(false),
  database: z.number().int().min(0).optional(),
};

export interface Connection {
  readonly url?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean;
  readonly database?: number | undefined;
}

export type RedisClient = ReturnType<typeof newClient>;

const connectTimeoutMs = 5_000;

/** `host:port`, without the password that a URL may hold. */
export function addressOf({ url, host, port }: Connection): string {
  if (url === undefined || !URL.canParse(url)) return `${host}:${port}`;
  const parsed = new URL(url);
  return `${parsed.hostname}:${parsed.port || 6379}`;
}

/**
 * A client that is connected. The first connection is tried once; one that breaks later is made again by the client's own
 * strategy, and `onTrouble` hears of it.
 */
export async function connect(
  connection: Connection,
  onTrouble: (message: string) => void = () => {},
): Promise<RedisClient> {
  const address = addressOf(connection);
  const client = newClient(connection);
  let first: unknown;
  client.on("error", (error: unknown) => {
    first ??= error;
    onTrouble(`The connection to Redis at ${address} is in trouble: ${reasonOf(error)}.`);
  });
  try {
    await client.connect();
    wasConnected.add(client);
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw new Error(`Redis at ${address} could not be reached: ${reasonOf(error ?? first)}.`, { cause: error });
  }
}

const wasConnected = new WeakSet<object>();

function newClient(connection: Connection) {
  const { url, host, port, username, password, tls, database } = connection;
  const client: ReturnType<typeof createClient> = createClient({
    ...(url === undefined ? {} : { url }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    socket: {
      ...(url === undefined ? { host, port, ...(tls ? { tls: true as const } : {}) } : {}),
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries, cause) => (wasConnected.has(client) ? Math.min(50 * 2 ** retries, 2_000) : cause),
    },
  });
  return client;
}

/** What a person needs of an error of the client or the socket. */
export function reasonOf(error: unknown): string {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: readonly unknown[] };
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  if (code === "ECONNREFUSED" || message?.includes("ECONNREFUSED")) return "the connection was refused";
  if (code === "ENOTFOUND" || message?.includes("ENOTFOUND")) return "there is no host of this name";
  return (message || code || String(error)).replace(/\.$/, "");
}

/** Wrong credentials do not get better by trying again. */
function isFinal(error: unknown): boolean {
  return /\b(WRONGPASS|NOAUTH|NOPERM|WRONGTYPE)\b/.test(error instanceof Error ? error.message : "");
}

export function triggerErrorOf(error: unknown): unknown {
  return isFinal(error) ? new TriggerError("redis-refused", (error as Error).message) : error;
}

export function nodeErrorOf(error: unknown): NodeError {
  const message = error instanceof Error ? error.message : String(error);
  return isFinal(error)
    ? new NodeError(message, { code: "redis-refused", cause: error })
    : new TransientError(message, { code: "redis-failed", cause: error });
}
