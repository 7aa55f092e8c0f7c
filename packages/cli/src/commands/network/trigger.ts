import type { Json, JsonObject } from "@pawl/flows";
import { nearest } from "@pawl/hooks/diagnostics";
import { parseDuration } from "@pawl/hooks/guard";
import type { Transport } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { CommandError, notFound, usageError } from "../../command-error.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { request } from "./desk.ts";
import { networkArgument, type SoundFile, soundNetwork } from "./network-file.ts";
import { localTransport, logTo, type RunOptions, runNetworkFile } from "./running.ts";
import { transportOptions, transportUrl, withNats } from "./transport.ts";

/** What the command prints under `--json`. */
interface Sent {
  readonly status: string;
  readonly id?: string;
  readonly correlationId?: string;
  readonly results?: Readonly<Record<string, Json>>;
  readonly suppressed?: readonly string[];
  readonly failed?: readonly string[];
  readonly error?: { readonly code?: string; readonly message: string };
}

interface Message {
  readonly payload: JsonObject;
  readonly waitMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export const command: Command = {
  arguments: [networkArgument, { name: "<pod>", description: "A gateway or initiator of it" }],
  options: [
    { flags: "--data <json>", description: "The payload, a JSON object. Default: {}" },
    { flags: "--header <name:value>", description: "A header for the hook to see", isList: true },
    { flags: "--wait <duration>", description: "Wait until every sink was reached, such as 5s" },
    ...transportOptions,
  ],
  json: true,
  details:
    "Send one message into a network: through the process that runs it, or else here, until nothing waits any more.",
  examples: [`pawl network trigger scoring intake --data '{"task_id":"1"}' --wait 5s`],
  async run(call) {
    const [file, pod] = call.arguments as [string, string];
    const sound = await soundNetwork(call, file);
    checkPod(sound, pod);
    const message: Message = { payload: payloadOf(call), waitMs: waitOf(call), headers: headersOf(call) };
    const nats = transportUrl(call);
    if (nats !== undefined) return show(call, await sendOver(call, nats, { sound, pod, message }));
    const { findOwner } = await import("@pawl/networks");
    const owner = findOwner(sound.database, sound.network.name);
    if (owner !== undefined && owner.url === undefined) {
      throw new CommandError(exitCodes.cannotConnect, `Process ${owner.pid} runs this network and does not listen.`);
    }
    const sent =
      owner?.url === undefined
        ? await sendHere(call, { sound, pod, message })
        : await sendThere(call, owner.url, { sound, pod, message });
    return show(call, sent);
  },
};

interface Sending {
  readonly sound: SoundFile;
  readonly pod: string;
  readonly message: Message;
}

function checkPod({ network }: SoundFile, id: string): void {
  const origins = network.pods.filter((pod) => pod.origin !== undefined).map((pod) => pod.id);
  if (origins.includes(id)) return;
  const near = nearest(id, origins) ?? origins.join(", ");
  throw notFound(`"${network.name}" has no gateway or initiator "${id}". Did you mean ${near}?`);
}

function payloadOf({ options }: Call): JsonObject {
  if (options.data === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(String(options.data));
  } catch (error) {
    throw usageError(`--data is a JSON object: ${(error as Error).message}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw usageError("--data is a JSON object, such as '{\"a\":1}'.");
}

function waitOf({ options }: Call): number | undefined {
  if (options.wait === undefined) return undefined;
  const ms = parseDuration(options.wait);
  if (ms !== undefined) return ms;
  throw usageError(`--wait takes a duration such as 5s; "${options.wait}" came.`);
}

function headersOf({ options }: Call): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const written of (options.header as readonly string[] | undefined) ?? []) {
    const colon = written.indexOf(":");
    if (colon < 1) throw usageError(`--header takes name:value; "${written}" came.`);
    headers[written.slice(0, colon).trim().toLowerCase()] = written.slice(colon + 1).trim();
  }
  return headers;
}

async function sendThere(call: Call, url: string, { sound, pod, message }: Sending): Promise<Sent> {
  const wait = message.waitMs === undefined ? "" : `?wait=${message.waitMs}ms`;
  const path = `${url}/networks/${sound.network.name}/${pod}/trigger${wait}`;
  const response = await request(call, path, {
    method: "POST",
    body: JSON.stringify(message.payload),
    headers: { ...message.headers },
  });
  const body = (await response.json()) as Sent & { detail?: string };
  if (response.ok) return body;
  return { status: "refused", error: body.error ?? { message: body.detail ?? `${url} answered ${response.status}.` } };
}

/** Nobody runs it: this process does, until the message has gone its way. */
async function sendHere(call: Call, sending: Sending): Promise<Sent> {
  const transport = await localTransport(sending.sound, "sqlite");
  return sendThrough(call, sending, { transport, isStrict: false, startsByItself: false });
}

/** The pod runs here too for a moment, and passes the message on to those that run elsewhere. */
function sendOver(call: Call, url: string, sending: Sending): Promise<Sent> {
  const work = (transport: Transport) =>
    sendThrough(call, sending, { transport, isStrict: false, startsByItself: false, pods: [sending.pod] });
  return withNats(call, url, { network: sending.sound.network, log: logTo(call), work });
}

async function sendThrough(call: Call, { sound, pod, message }: Sending, how: RunOptions): Promise<Sent> {
  const { networks, close } = await runNetworkFile(call, sound, how);
  try {
    const run = networks.runs.get(sound.network.name)!;
    const { randomUUID } = await import("node:crypto");
    const correlationId = randomUUID();
    const { payload, headers, waitMs } = message;
    const settled = waitMs === undefined ? undefined : run.waitFor(pod, correlationId, waitMs);
    const sent = await run.send(pod, { payload, headers, correlationId, isAwaited: waitMs !== undefined });
    if (sent.status === "refused") {
      const error = sent.error instanceof Error ? sent.error.message : String(sent.error);
      return { status: "refused", error: { message: error } };
    }
    const id = { id: correlationId, correlationId };
    if (settled === undefined || sent.status !== "accepted") {
      if (how.pods === undefined) await run.idle();
      return { status: sent.status, ...id };
    }
    const ends = await settled;
    return ends === undefined ? { status: "pending", ...id } : { status: "completed", ...id, ...ends };
  } finally {
    await close();
  }
}

function show({ options, terminal }: Call, sent: Sent): ExitCode {
  const isRefused = sent.status === "refused";
  if (options.json === true) terminal.json(sent);
  else if (isRefused) terminal.note(terminal.colors.red(sent.error?.message ?? "refused"));
  else {
    terminal.out(`${sent.status}  ${sent.correlationId}`);
    for (const [sink, payload] of Object.entries(sent.results ?? {}))
      terminal.out(`  ${sink}  ${JSON.stringify(payload)}`);
    for (const sink of sent.suppressed ?? []) terminal.out(`  ${sink}  suppressed`);
    for (const sink of sent.failed ?? []) terminal.out(`  ${sink}  ${terminal.colors.red("failed")}`);
  }
  return isRefused ? exitCodes.failed : exitCodes.ok;
}
