import { relative } from "node:path";
import { parseDuration } from "@pawl/hooks/guard";
import type { Network, Transport } from "@pawl/networks";
import type { Call, CommandOption } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { plural } from "../../output/diagnostics.ts";
import type { ServerHost } from "../../server/http-host.ts";
import { untilAsked } from "../../until-asked.ts";
import type { SoundFile } from "./network-file.ts";
import { logTo, type RunningFile, runNetworkFile } from "./running.ts";
import { sayingWhy } from "./transport.ts";

const defaultPort = 8_000;

export const servingOptions: readonly CommandOption[] = [
  { flags: "--port <port>", description: "Where it listens; 0 takes a free port", default: String(defaultPort) },
  { flags: "--host <address>", description: "The address to listen on", default: "127.0.0.1" },
  { flags: "--strict", description: "A pod without a hook is an error" },
  {
    flags: "--drain-delay <duration>",
    description: "After SIGTERM, between not being ready and taking nothing more: a load balancer needs it",
    default: "0s",
  },
  { flags: "--drain-timeout <duration>", description: "How long running hooks may go on then", default: "10s" },
];

export interface Serving {
  readonly transport: Transport;
  /** Where messages are, as it is shown. */
  readonly store: string;
  /** Those that run here. Default: all. */
  readonly pods?: readonly string[];
}

/** Runs a network, or some pods of it, until it is asked to end. @throws CommandError */
export async function serveNetwork(call: Call, sound: SoundFile, serving: Serving): Promise<void> {
  const drainDelayMs = durationOf(call, "drainDelay");
  const drainTimeoutMs = durationOf(call, "drainTimeout");
  const host = await openServer(call);
  try {
    const running = await start(call, sound, { serving, host });
    if (running === undefined) return;
    host.main.settle();
    announce(call, { network: sound.network, url: host.main.url, ...serving });
    await untilAsked(call.signal);
    call.terminal.note("stopping: running hooks may end, what waits goes on next time");
    const closing = running.close({ drainDelayMs, drainTimeoutMs });
    if (drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
    host.drain();
    await closing;
  } finally {
    await host.close(0);
  }
}

/** Nothing when it was asked to end before it had started. */
async function start(
  call: Call,
  sound: SoundFile,
  { serving, host }: { readonly serving: Serving; readonly host: ServerHost },
): Promise<RunningFile | undefined> {
  const { transport, pods } = serving;
  const isStrict = call.options.strict === true;
  try {
    return await sayingWhy(() =>
      runNetworkFile(call, sound, { host, transport, isStrict, ...(pods === undefined ? {} : { pods }) }),
    );
  } catch (error) {
    if (call.signal.aborted && !(error instanceof CommandError)) return undefined;
    throw error;
  }
}

async function openServer(call: Call): Promise<ServerHost> {
  const { openHost, ServerError } = await import("../../server/http-host.ts");
  const tokens = call.env.PAWL_TOKEN ? { tokens: { token: call.env.PAWL_TOKEN } } : {};
  const options = {
    host: String(call.options.host),
    port: portOf(call),
    isStarting: true,
    log: logTo(call),
    ...tokens,
  };
  return openHost(options).catch((error: unknown) => {
    if (error instanceof ServerError) throw new CommandError(exitCodes.cannotConnect, error.message, { cause: error });
    throw error;
  });
}

export function portOf({ options }: Call): number {
  const port = Number(options.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usageError(`A port is a number up to 65535; "${options.port}" came.`);
}

function durationOf({ options }: Call, name: "drainDelay" | "drainTimeout"): number {
  const ms = parseDuration(options[name]);
  if (ms !== undefined) return ms;
  const flag = name === "drainDelay" ? "--drain-delay" : "--drain-timeout";
  throw usageError(`${flag} is a duration such as 5s; "${options[name]}" came.`);
}

/** How a database is shown. */
export function shownStore(call: Call, database: string): string {
  return relative(call.cwd, database);
}

function announce(call: Call, up: Serving & { readonly network: Network; readonly url: string }): void {
  const { network, url, store, pods: here } = up;
  const { out, note } = call.terminal;
  const pods = network.pods.filter((pod) => here === undefined || here.includes(pod.id));
  const what = here === undefined ? plural(pods.length, "pod") : here.join(", ");
  out(`${network.name}  ${what} · store ${store} · ${url}`);
  const gateways = pods.filter((pod) => pod.type === "gateway");
  const sinks = pods.filter((pod) => pod.type === "sink");
  for (const pod of gateways)
    out(`  POST ${url}${gateways.length === 1 ? "/trigger" : `/networks/${network.name}/${pod.id}/trigger`}`);
  for (const pod of sinks)
    out(`  GET  ${url}${sinks.length === 1 ? "/output" : `/networks/${network.name}/${pod.id}/output`}`);
  note("Ctrl-C ends it");
}
