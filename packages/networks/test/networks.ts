import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createMemoryTransport,
  createSqliteTransport,
  type Network,
  parseNetwork,
  type Transport,
} from "@pawl/networks";
import { createNatsTransport, type NatsTransportOptions } from "@pawl/networks/nats";
import { afterAll, onTestFinished } from "vitest";
import { type NatsServer, startNats, whyNoNats } from "./nats/nats-server.ts";

/** A network of pods `id:type` and edges `a>b`; `extra` is written into a pod's braces. */
export function networkText(
  pods: readonly string[],
  edges: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): string {
  const podLines = pods.map((pod) => {
    const [id, type] = pod.split(":");
    return `  - { id: ${id}, type: ${type}${extra[id!] ? `, ${extra[id!]}` : ""} }`;
  });
  const edgeLines = edges.map((edge) => `  - { from: ${edge.split(">")[0]}, to: ${edge.split(">")[1]} }`);
  return ["name: n", "pods:", ...podLines, "connections:", ...edgeLines, ""].join("\n");
}

export function network(
  pods: readonly string[],
  edges: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Network {
  return parsed(networkText(pods, edges, extra));
}

export function parsed(text: string): Network {
  const { network: found, diagnostics } = parseNetwork(text);
  if (found === undefined) throw new Error(JSON.stringify(diagnostics));
  return found;
}

export const line: Network = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"]);

/** Fan-out over three branches and back together. */
export function fan(extra: Readonly<Record<string, string>> = {}): Network {
  return network(
    ["g:gateway", "f:distributor", "a:relay", "b:relay", "c:relay", "j:aggregator", "s:sink"],
    ["g>f", "f>a", "f>b", "f>c", "a>j", "b>j", "c>j", "j>s"],
    extra,
  );
}

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-networks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const engines: readonly (readonly [name: string, make: () => Promise<Transport> | Transport])[] = [
  ["memory", () => closing(createMemoryTransport())],
  ["sqlite", () => closing(createSqliteTransport({ file: join(temporaryFolder(), "networks.db") }))],
  ...(whyNoNats === undefined ? [["nats", () => natsTransport()] as const] : []),
];

let server: Promise<NatsServer> | undefined;
afterAll(async () => (await server)?.close());

/** The server that the tests of one file share; each test has a tenant of its own on it. */
export async function natsTransport(options: Partial<NatsTransportOptions> = {}): Promise<Transport> {
  return closing(createNatsTransport({ server: { url: await natsUrl() }, tenant: newTenant(), ...options }));
}

export async function natsUrl(): Promise<string> {
  server ??= startNats();
  return (await server).url;
}

export function newTenant(): string {
  return `t${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
}

export function closing(transport: Transport): Transport {
  onTestFinished(() => transport.close().catch(() => {}));
  return transport;
}

/** Waits for a condition; fails when it does not come. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not come true in ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
