import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { LoadedProject, Secrets } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import { createLogger, type Logger } from "@pawl/hooks/guard";
import type { RunningNetworks, StartNetworksOptions, StopOptions, Transport } from "@pawl/networks";
import type { Call } from "../../command.ts";
import { loadProjectToRun, provided } from "../../open-project.ts";
import { maskOf, secretsOf } from "../../project-secrets.ts";
import { openRuntime } from "../../runtime.ts";
import type { ServerHost } from "../../server/http-host.ts";
import { invalid, type SoundFile } from "./network-file.ts";

export interface RunOptions {
  readonly host?: ServerHost;
  readonly transport: Transport;
  /** Ids of the pods that run here. Default: all. */
  readonly pods?: readonly string[];
  readonly isStrict: boolean;
  /** Auto-triggers and triggers too. Default: true. */
  readonly startsByItself?: boolean;
}

export interface RunningFile {
  readonly networks: RunningNetworks;
  close(options?: StopOptions): Promise<void>;
}

/** What keeps the messages of a network on this machine. */
export async function localTransport({ database }: SoundFile, engine: "sqlite" | "memory"): Promise<Transport> {
  const { createMemoryTransport, createSqliteTransport } = await import("@pawl/networks");
  if (engine === "memory") return createMemoryTransport();
  mkdirSync(dirname(database), { recursive: true });
  return createSqliteTransport({ file: database });
}

/**
 * Runs the network of one file in this process.
 * @throws CommandError when its modules cannot be used, exit 3
 */
export async function runNetworkFile(call: Call, sound: SoundFile, options: RunOptions): Promise<RunningFile> {
  const { startNetworks } = await import("@pawl/networks");
  const { transport } = options;
  const loaded = await loadProjectToRun(call, sound.project).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  const flows = await flowParts(sound, loaded, options.host);
  let started: RunningNetworks | undefined;
  const { createMetrics } = await import("../../server/metrics.ts");
  const metrics = createMetrics({ engine: flows.options.flows?.engine, triggers: () => started?.triggers() ?? [] });
  const close = async (networks?: RunningNetworks, how?: StopOptions) => {
    await networks?.stop(how);
    await transport.close();
    metrics.close();
    await flows.close();
  };
  const http = options.host === undefined ? {} : { http: options.host.main, atRoot: true, metrics: metrics.text };
  const { file, project } = sound;
  const { isStrict, startsByItself = true, pods } = options;
  const here = pods === undefined ? {} : { pods };
  const mask = await maskOf(loaded, { secrets: flows.secrets, env: call.env });
  const log = logTo(call);
  const common = { transport, files: [file], isStrict, startsByItself, provide: provided, log, mask, ...here };
  const networks = await startNetworks(project.dir, { ...common, ...http, ...flows.options }).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  if (hasErrors(networks.diagnostics)) {
    await close(networks);
    throw invalid(call, { ...sound, diagnostics: networks.diagnostics });
  }
  started = networks;
  return { networks, close: (how) => close(networks, how) };
}

/** An engine for pods that are flows, and a store for pods that are fed by triggers; nothing when there are none. */
async function flowParts(
  { network }: SoundFile,
  loaded: LoadedProject,
  host: ServerHost | undefined,
): Promise<{ options: Pick<StartNetworksOptions, "flows" | "triggers">; secrets: Secrets; close(): Promise<void> }> {
  const isNeeded = network.pods.some((pod) => pod.body.kind === "flow" || pod.origin?.trigger !== undefined);
  if (!isNeeded) return { options: {}, secrets: await secretsOf(loaded), close: async () => {} };
  const { FlowBook } = await import("../../server/flow-book.ts");
  const book = new FlowBook(loaded);
  await book.read();
  const findFlow = (name: string) => book.find(name);
  const { engine, store, secrets, close } = await openRuntime(loaded, findFlow);
  const http = host === undefined ? {} : { http: host };
  const triggers = { store, registry: loaded.triggers, secrets, ...http };
  return { options: { flows: { engine, findFlow }, triggers }, secrets, close };
}

/** Warnings and errors go where notes go. */
export function logTo({ terminal, isVerbose }: Call): Logger {
  return createLogger((level, message) => {
    if (level === "debug" || (level === "info" && !isVerbose)) return;
    const colour =
      level === "error" ? terminal.colors.red : level === "warn" ? terminal.colors.yellow : terminal.colors.dim;
    terminal.note(`${new Date().toTimeString().slice(0, 8)}  ${colour(message)}`);
  });
}
