import type { NatsTransportOptions } from "./nats-transport.ts";
import type { Limits } from "./plan.ts";
import { ServerOptionError, type ServerOptions } from "./server-options.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where networks run, as the environment says it; nothing when they stay on this machine. */
export function transportIn(env: Environment): string | undefined {
  return env.PAWL_TRANSPORT || undefined;
}

/** @throws ServerOptionError */
export function tenantIn(env: Environment): string {
  const tenant = env.PAWL_TENANT || "default";
  if (/^[A-Za-z0-9-]{1,64}$/.test(tenant)) return tenant;
  throw new ServerOptionError(`A tenant is up to 64 letters, digits and hyphens; "${tenant}" came.`);
}

/** What the environment says of a server of that URL, of who asks, and of limits. @throws ServerOptionError */
export function natsOptionsIn(env: Environment, url: string): NatsTransportOptions {
  return {
    server: serverIn(env, url),
    tenant: tenantIn(env),
    limits: limitsIn(env),
    ...present({ leaseMs: numberIn(env, "PAWL_NATS_LEASE_MS") }),
  };
}

function serverIn(env: Environment, url: string): ServerOptions {
  const tls = present({ ca: env.NATS_CA, cert: env.NATS_CERT, key: env.NATS_KEY });
  const who = present({
    user: env.NATS_USER,
    password: env.NATS_PASSWORD,
    token: env.NATS_TOKEN,
    credsFile: env.NATS_CREDS,
    nkeyFile: env.NATS_NKEY,
  });
  return { url, ...who, ...(Object.keys(tls).length === 0 ? {} : { tls }) };
}

/** The same for all processes of a network, so they come from one place. */
function limitsIn(env: Environment): Partial<Limits> {
  return present({
    replicas: numberIn(env, "PAWL_NATS_REPLICAS"),
    maxBytes: numberIn(env, "PAWL_NATS_MAX_BYTES"),
    ackWaitMs: numberIn(env, "PAWL_NATS_ACK_WAIT_MS"),
    duplicateWindowMs: numberIn(env, "PAWL_NATS_DUPLICATE_WINDOW_MS"),
    historyBytes: numberIn(env, "PAWL_NATS_HISTORY_BYTES"),
  });
}

function numberIn(env: Environment, name: string): number | undefined {
  const written = env[name];
  if (!written) return undefined;
  const value = Number(written);
  if (Number.isInteger(value) && value > 0) return value;
  throw new ServerOptionError(`${name} is a whole number above 0; "${written}" came.`);
}

/** Without what is not set, or empty. */
function present<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as Record<string, T>;
}
