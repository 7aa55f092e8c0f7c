import { existsSync } from "node:fs";
import type { DeadLetter, Line, Network, NetworkStatus, Transport } from "@pawl/networks";
import type { Call } from "../../command.ts";
import { CommandError, notFound } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { SoundFile } from "./network-file.ts";
import { logTo } from "./running.ts";
import { transportUrl, withNats } from "./transport.ts";

/** What can be asked of a network from outside, whether a process runs it or not. */
export interface Desk {
  /** Where the process that runs it listens; nothing when none does, or when there are several. */
  readonly url: string | undefined;
  status(): Promise<NetworkStatus | undefined>;
  list(filter: { readonly pod?: string; readonly limit?: number }): Promise<readonly DeadLetter[]>;
  get(id: number): Promise<DeadLetter>;
  /** @returns the new correlation id */
  replay(id: number): Promise<string>;
  /** All when no id is given. @returns how many */
  purge(id?: number): Promise<number>;
}

/** Asks the process that runs the network, or opens its messages itself when none does. */
export async function withDesk<T>(call: Call, sound: SoundFile, use: (desk: Desk) => Promise<T>): Promise<T> {
  const { network, database } = sound;
  const nats = transportUrl(call);
  if (nats !== undefined) return withNatsDesk(call, nats, { sound, use });
  const { findOwner } = await import("@pawl/networks");
  const owner = findOwner(database, network.name);
  if (owner === undefined) return withLocalDesk(sound, use);
  if (owner.url !== undefined) return use(remoteDesk(call, owner.url, network));
  const message = `Process ${owner.pid} runs the network "${network.name}" and does not listen, so it cannot be asked.`;
  throw new CommandError(exitCodes.cannotConnect, message);
}

async function withLocalDesk<T>({ network, database: file }: SoundFile, use: (desk: Desk) => Promise<T>): Promise<T> {
  if (!existsSync(file)) return use(emptyDesk);
  const { createSqliteTransport } = await import("@pawl/networks");
  const transport = createSqliteTransport({ file });
  try {
    return await use(await deskOf(await transport.open(network)));
  } finally {
    await transport.close();
  }
}

const askMs = 1_000;

/** Whoever runs it: what is durable lies on the server, and the processes tell of themselves. */
async function withNatsDesk<T>(
  call: Call,
  url: string,
  { sound, use }: { readonly sound: SoundFile; readonly use: (desk: Desk) => Promise<T> },
): Promise<T> {
  const { network } = sound;
  const { askStatus } = await import("@pawl/networks");
  const work = async (transport: Transport) => {
    const line = await transport.open(network);
    return use({ ...(await deskOf(line)), status: () => askStatus(line, askMs) });
  };
  return withNats(call, url, { network, setUp: "look", log: logTo(call), work });
}

/** What can be asked of a line that is open here. */
async function deskOf(line: Line): Promise<Desk> {
  const { replay } = await import("@pawl/networks");
  const { deadLetters } = line;
  const get = async (id: number) => (await deadLetters.get(id)) ?? unknownLetter(id);
  return {
    url: undefined,
    status: async () => undefined,
    list: (filter) => deadLetters.list(filter),
    get,
    replay: async (id) => replay(line, await get(id), Date.now()),
    purge: (id) => deadLetters.remove(id === undefined ? undefined : [id]),
  };
}

const emptyDesk: Desk = {
  url: undefined,
  status: async () => undefined,
  list: async () => [],
  get: async (id) => unknownLetter(id),
  replay: async (id) => unknownLetter(id),
  purge: async () => 0,
};

function unknownLetter(id: number): never {
  throw notFound(`There is no dead letter ${id}.`, "pawl network dlq list");
}

function remoteDesk(call: Call, url: string, network: Network): Desk {
  const base = `/api/v1/networks/${network.name}`;
  const ask = async <T>(method: string, path: string): Promise<T> => {
    const response = await request(call, `${url}${base}${path}`, { method });
    const body = (await response.json()) as T & { error?: { message?: string }; detail?: string };
    if (response.ok) return body;
    const code = response.status === 404 ? exitCodes.notFound : exitCodes.failed;
    throw new CommandError(code, body.error?.message ?? body.detail ?? `${url} answered ${response.status}.`);
  };
  return {
    url,
    status: () => ask<NetworkStatus>("GET", ""),
    async list({ pod, limit = 100 }) {
      const query = new URLSearchParams({ limit: String(limit), ...(pod === undefined ? {} : { pod }) });
      return (await ask<{ deadLetters: DeadLetter[] }>("GET", `/dead-letters?${query}`)).deadLetters;
    },
    get: (id) => ask<DeadLetter>("GET", `/dead-letters/${id}`),
    replay: async (id) => (await ask<{ correlationId: string }>("POST", `/dead-letters/${id}/replay`)).correlationId,
    purge: async (id) =>
      (await ask<{ removed: number }>("DELETE", `/dead-letters${id === undefined ? "" : `/${id}`}`)).removed,
  };
}

/** A request to the process that runs a network; it runs on this machine. */
export async function request(
  call: Call,
  url: string,
  init: { method: string; body?: string; headers?: Record<string, string> },
): Promise<Response> {
  const token = call.env.PAWL_TOKEN;
  const headers = {
    "content-type": "application/json",
    ...init.headers,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  try {
    return await fetch(url, { ...init, headers, signal: call.signal });
  } catch (error) {
    throw new CommandError(exitCodes.cannotConnect, `${new URL(url).origin} could not be reached.`, { cause: error });
  }
}
