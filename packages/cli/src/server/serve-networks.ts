import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { LoadedProject, Mask, Project, TriggerStatus } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Logger } from "@pawl/hooks/guard";
import type { RunningNetworks } from "@pawl/networks";
import { provided } from "../open-project.ts";
import type { Runtime } from "../runtime.ts";
import { networksFile } from "../stored-networks.ts";
import type { FlowBook } from "./flow-book.ts";
import type { ServerHost } from "./http-host.ts";

export interface ServedNetworks {
  /** Nothing as long as the project has none. */
  readonly networks: RunningNetworks | undefined;
  /** Takes over what has changed in the files, and says what could not be taken over. */
  reload(): Promise<void>;
  metrics(): Promise<string>;
  /** Of the triggers that feed pods. */
  triggers(): readonly TriggerStatus[];
  /** Why one of them cannot work at the moment. */
  notReady(): string | undefined;
  close(graceMs?: number): Promise<void>;
}

export interface NetworkParts {
  readonly runtime: Runtime;
  readonly host: ServerHost;
  readonly flows: FlowBook;
  readonly log: Logger;
  readonly mask: Mask;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Opened {
  readonly networks: RunningNetworks;
  close(graceMs?: number): Promise<void>;
}

/**
 * Runs the networks of a project beside its flows, unless the environment says that they are elsewhere: a second one of the
 * same name would take what steps send. Nothing is loaded or made before it has one.
 */
export async function serveNetworks(loaded: LoadedProject, parts: NetworkParts): Promise<ServedNetworks> {
  const { project } = loaded;
  const isElsewhere = parts.env.PAWL_TRANSPORT !== undefined && parts.env.PAWL_TRANSPORT !== "";
  const areThere = () => hasNetworks(project);
  const hasSome = async () => !isElsewhere && (await areThere());
  if (isElsewhere && (await areThere())) {
    parts.log.warn(
      "Networks are where $PAWL_TRANSPORT says: pawl network up or pod runs them, and nothing of them runs here.",
    );
  }
  let opened = (await hasSome()) ? await openNetworks(loaded, parts) : undefined;
  const runs = () => [...(opened?.networks.runs.values() ?? [])];
  return {
    get networks() {
      return opened?.networks;
    },
    async reload() {
      if (opened !== undefined) tellReloaded(parts.log, await opened.networks.reload());
      else if (await hasSome()) opened = await openNetworks(loaded, parts);
    },
    metrics: async () => (await import("@pawl/networks")).metricsText(runs()),
    triggers: () => opened?.networks.triggers() ?? [],
    notReady() {
      const stuck = runs().find((run) => !run.isReady);
      return stuck === undefined ? undefined : `The network ${stuck.network.name} is not ready: ${stuck.reason}.`;
    },
    close: async (graceMs) => opened?.close(graceMs),
  };
}

async function hasNetworks({ dir, isProject }: Project): Promise<boolean> {
  if (!isProject || !existsSync(join(dir, "networks"))) return false;
  const { findNetworkFiles } = await import("@pawl/networks");
  return findNetworkFiles(dir).length > 0;
}

async function openNetworks(loaded: LoadedProject, { runtime, host, flows, log, mask }: NetworkParts): Promise<Opened> {
  const { createSqliteTransport, startNetworks } = await import("@pawl/networks");
  const { project, config } = loaded;
  mkdirSync(project.stateDir, { recursive: true });
  const synchronous = config.store?.synchronous;
  const file = networksFile(project);
  const transport = createSqliteTransport({ file, ...(synchronous === undefined ? {} : { synchronous }) });
  const networks = await startNetworks(project.dir, {
    transport,
    http: host.main,
    flows: { engine: runtime.engine, findFlow: (name) => flows.find(name) },
    triggers: { store: runtime.store, http: host, registry: loaded.triggers, secrets: runtime.secrets },
    provide: provided,
    log,
    mask,
  });
  tell(log, networks.diagnostics);
  return {
    networks,
    async close(graceMs) {
      await networks.stop(graceMs === undefined ? {} : { drainTimeoutMs: graceMs });
      await transport.close();
    },
  };
}

function tellReloaded(log: Logger, { started, stopped, diagnostics }: Awaited<ReturnType<RunningNetworks["reload"]>>) {
  tell(log, diagnostics);
  for (const name of started) log.info(`The network ${name} was started as its file says now.`);
  for (const name of stopped) log.info(`The network ${name} was stopped: no file defines it any more.`);
  const broken = diagnostics.find(({ severity }) => severity === "error");
  if (broken !== undefined)
    log.error(`${broken.file ?? "A network file"} has mistakes; what runs of it goes on as it was.`);
}

function tell(log: Logger, diagnostics: readonly Diagnostic[]): void {
  for (const { severity, message, file, line } of diagnostics) {
    const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
    log[severity === "error" ? "error" : "warn"](`${place}${message}`);
  }
}
