import { hostname } from "node:os";
import { silentLogger } from "@pawl/hooks/guard";
import type { NetworkEvents } from "../history/network-event.ts";
import { openLink } from "./link.ts";
import { Names } from "./names.ts";
import { NatsEvents } from "./nats-events.ts";
import type { NatsTransportOptions } from "./nats-transport.ts";

/** What networks tell on a server, by their names. Those that have not run there yet tell nothing. */
export interface OpenNatsEvents {
  readonly networks: ReadonlyMap<string, NetworkEvents>;
  close(): Promise<void>;
}

export type NatsEventsOptions = Pick<
  NatsTransportOptions,
  "server" | "tenant" | "answerMs" | "inboxPrefix" | "log" | "signal"
>;

/**
 * Waits for the server, and makes nothing there.
 * @throws MissingClientError, ServerOptionError, CredentialsError, and the signal's reason
 */
export async function openNatsEvents(options: NatsEventsOptions, networks: readonly string[]): Promise<OpenNatsEvents> {
  const { server, tenant = "default", inboxPrefix = "_INBOX", answerMs = 5_000, log = silentLogger } = options;
  const { signal = new AbortController().signal } = options;
  const name = `pawl logs ${hostname()} ${process.pid}`;
  const link = await openLink({ server, name, inboxPrefix, answerMs, log, signal });
  const readers = networks.map((network): [string, NetworkEvents] => {
    return [network, new NatsEvents({ link, names: new Names(tenant, network), network })];
  });
  return { networks: new Map(readers), close: () => link.close() };
}
