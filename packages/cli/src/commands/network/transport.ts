import type { Logger } from "@pawl/hooks/guard";
import type { Network, Transport } from "@pawl/networks";
import type { OpenNatsEvents } from "@pawl/networks/nats";
import type { Call, CommandOption } from "../../command.ts";
import { CommandError } from "../../command-error.ts";
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
export function transportUrl(call: Call): string | undefined {
  return environmentOf(call).PAWL_TRANSPORT || undefined;
}

/** The environment, as the options of the command have it. */
function environmentOf({ options, env }: Call): Readonly<Record<string, string | undefined>> {
  const given = Object.entries(variables).flatMap(([option, variable]) => {
    const value = options[option];
    return typeof value === "string" && value !== "" ? [[variable, value] as const] : [];
  });
  return { ...env, ...Object.fromEntries(given) };
}

const variables = {
  transport: "PAWL_TRANSPORT",
  tenant: "PAWL_TENANT",
  creds: "NATS_CREDS",
  tlsCa: "NATS_CA",
  tlsCert: "NATS_CERT",
  tlsKey: "NATS_KEY",
} as const;

/** As it may be shown. */
export async function shownTransport(url: string): Promise<string> {
  return (await import("@pawl/networks/nats")).shownUrl(url);
}

/** @throws CommandError */
export function tenantOf(call: Call): Promise<string> {
  return sayingWhy(async () => (await import("@pawl/networks/nats")).tenantIn(environmentOf(call)));
}

/** @throws CommandError when the client is missing or an option cannot be used */
export function openNats(call: Call, url: string, use: TransportUse): Promise<Transport> {
  return sayingWhy(async () => {
    const nats = await import("@pawl/networks/nats");
    const env = environmentOf(call);
    const { network, pod, setUp, log, signal = call.signal } = use;
    return nats.createNatsTransport({
      ...nats.natsOptionsIn(env, url),
      signal,
      ...(setUp === undefined ? {} : { setUp }),
      ...(log === undefined ? {} : { log }),
      ...(pod === undefined ? {} : { inboxPrefix: nats.inboxPrefixOf(nats.tenantIn(env), network.name, pod) }),
    });
  });
}

/** @throws CommandError when the client is missing, an option cannot be used, or the server lets nobody in */
export function openToldOnNats(
  call: Call,
  url: string,
  { networks, signal }: { readonly networks: readonly string[]; readonly signal: AbortSignal },
): Promise<OpenNatsEvents> {
  return sayingWhy(async () => {
    const { natsOptionsIn, openNatsEvents } = await import("@pawl/networks/nats");
    return openNatsEvents({ ...natsOptionsIn(environmentOf(call), url), signal }, networks);
  });
}

const patienceMs = 3_000;

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
