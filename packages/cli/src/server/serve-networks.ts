import { mkdirSync } from "node:fs";
import type { LoadedProject, Mask } from "@pawl/flows";
import type { Logger } from "@pawl/hooks/guard";
import type { RunningNetworks } from "@pawl/networks";
import { provided } from "../open-project.ts";
import type { Runtime } from "../runtime.ts";
import { networksFile } from "../stored-networks.ts";
import type { FlowBook } from "./flow-book.ts";
import type { ServerHost } from "./http-host.ts";

export interface ServedNetworks {
  readonly networks: RunningNetworks;
  metrics(): Promise<string>;
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
}

/** Runs the networks of a project beside its flows. Nothing is loaded or made when it has none. */
export async function serveNetworks(loaded: LoadedProject, parts: NetworkParts): Promise<ServedNetworks | undefined> {
  const { findNetworkFiles, createSqliteTransport, metricsText, startNetworks } = await import("@pawl/networks");
  const { project, config } = loaded;
  if (!project.isProject || findNetworkFiles(project.dir).length === 0) return undefined;
  const { runtime, host, flows, log, mask } = parts;
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
  for (const { severity, message, file, line } of networks.diagnostics) {
    const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
    log[severity === "error" ? "error" : "warn"](`${place}${message}`);
  }
  const runs = [...networks.runs.values()];
  return {
    networks,
    metrics: () => metricsText(runs),
    notReady() {
      const stuck = runs.find((run) => !run.isReady);
      return stuck === undefined ? undefined : `The network ${stuck.network.name} is not ready: ${stuck.reason}.`;
    },
    async close(graceMs) {
      await networks.stop(graceMs === undefined ? {} : { drainTimeoutMs: graceMs });
      await transport.close();
    },
  };
}
