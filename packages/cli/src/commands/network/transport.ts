import type { Logger } from "@pawl/hooks/guard";
import type { Network, Transport } from "@pawl/networks";
import type { Call, CommandOption } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";

/** What every command that can speak to NATS takes. Secrets come from the environment or from files, never from here. */
export const transportOptions: readonly CommandOption[] = [
  { flags: "--transport <url>", description: "nats://host:4222 or tls://host:4222. Default: $PAWL_TRANSPORT" },
  {
    flags: "--tenant <name>",
    description: "Keeps networks of one name apart on a server. Default: $PAWL_TENANT or default",
  },
  { flags: "--creds <file>", description: "A NATS credentials file. Default: $NATS_CREDS", complete: "file" },
  { flags: "--tls-ca <file>", description: "Who signed the server's certificate. Default: $NATS_CA", complete: "file" },
  { flags: "--tls-cert <file>", description: "A client certificate. Default: $NATS_CERT", complete: "file" },
  { flags: "--tls-key <file>", description: "Its key. Default: $NATS_KEY", complete: "file" },
];

export interface TransportUse {
  readonly network: Network;
  /** Of a process that runs one pod only. */
  readonly pod?: string;
  /** Default: `ensure`. */
  readonly setUp?: "ensure" | "expect" | "look";
  readonly log?: Logger;
  /** Ends the attempts to connect. Default: when the command is asked to end. */
  readonly signal?: AbortSignal;
}

/** The URL that was asked for; nothing when the network shall stay on this machine. */
export function transportUrl({ options, env }: Call): string | undefined {
  return text(options.transport) ?? text(env.PAWL_TRANSPORT);
}

/** As it may be shown. */
export async function shownTransport(url: string): Promise<string> {
  return (await import("@pawl/networks/nats")).shownUrl(url);
}

export function tenantOf({ options, env }: Call): string {
  const tenant = text(options.tenant) ?? text(env.PAWL_TENANT) ?? "default";
  if (/^[A-Za-z0-9-]{1,64}$/.test(tenant)) return tenant;
  throw usageError(`A tenant is up to 64 letters, digits and hyphens; "${tenant}" came.`);
}

/** @throws CommandError when the client is missing or an option cannot be used */
export async function openNats(call: Call, url: string, use: TransportUse): Promise<Transport> {
  const { options, env } = call;
  const nats = await import("@pawl/networks/nats");
  const file = (name: string, variable: string) => text(options[name]) ?? text(env[variable]);
  const tls = pick({
    ca: file("tlsCa", "NATS_CA"),
    cert: file("tlsCert", "NATS_CERT"),
    key: file("tlsKey", "NATS_KEY"),
  });
  const tenant = tenantOf(call);
  const server = {
    url,
    ...pick({
      user: text(env.NATS_USER),
      password: text(env.NATS_PASSWORD),
      token: text(env.NATS_TOKEN),
      credsFile: file("creds", "NATS_CREDS"),
      nkeyFile: text(env.NATS_NKEY),
    }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
  return nats.createNatsTransport({
    server,
    tenant,
    limits: limitsOf(call),
    ...pick({ leaseMs: numberOf(call, "PAWL_NATS_LEASE_MS") }),
    signal: use.signal ?? call.signal,
    ...(use.setUp === undefined ? {} : { setUp: use.setUp }),
    ...(use.log === undefined ? {} : { log: use.log }),
    ...(use.pod === undefined ? {} : { inboxPrefix: nats.inboxPrefixOf(tenant, use.network.name, use.pod) }),
  });
}

const patienceMs = 5_000;

/**
 * For commands that answer and end: with a server that cannot be reached, they say so.
 * @throws CommandError
 */
export async function withNats<T>(
  call: Call,
  url: string,
  use: TransportUse & { readonly work: (transport: Transport) => Promise<T> },
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new TooLate()), patienceMs);
  const transport = await openNats(call, url, { ...use, signal: AbortSignal.any([call.signal, late.signal]) });
  try {
    // Only until it is open: then the work may take its time.
    const opened = await sayingWhy(() => transport.open(use.network));
    clearTimeout(timer);
    await opened.close();
    return await sayingWhy(() => use.work(transport));
  } catch (error) {
    if (!(error instanceof TooLate)) throw error;
    throw new CommandError(exitCodes.cannotConnect, `${await shownTransport(url)} could not be reached.`);
  } finally {
    clearTimeout(timer);
    await transport.close();
  }
}

class TooLate extends Error {}

/** Runs what uses the transport; what it says on purpose ends the command with a sentence. */
export async function sayingWhy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const exitCode = typeof code === "string" ? codes[code] : undefined;
    if (exitCode !== undefined) throw new CommandError(exitCode, message, { cause: error });
    throw error;
  }
}

const codes: Readonly<Record<string, CommandError["exitCode"]>> = {
  "client-missing": exitCodes.failed,
  "transport-invalid": exitCodes.usage,
  "wrong-credentials": exitCodes.cannotConnect,
  "stream-unusable": exitCodes.cannotConnect,
};

/** Limits of streams are the same for all processes of a network, so they come from one place. */
function limitsOf(call: Call): Record<string, number> {
  return pick({
    replicas: numberOf(call, "PAWL_NATS_REPLICAS"),
    maxBytes: numberOf(call, "PAWL_NATS_MAX_BYTES"),
    ackWaitMs: numberOf(call, "PAWL_NATS_ACK_WAIT_MS"),
    historyBytes: numberOf(call, "PAWL_NATS_HISTORY_BYTES"),
    duplicateWindowMs: numberOf(call, "PAWL_NATS_DUPLICATE_WINDOW_MS"),
  });
}

function numberOf({ env }: Call, name: string): number | undefined {
  const written = text(env[name]);
  if (written === undefined) return undefined;
  const value = Number(written);
  if (Number.isInteger(value) && value > 0) return value;
  throw usageError(`${name} is a whole number above 0; "${written}" came.`);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Without what is undefined. */
function pick<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, T>;
}
