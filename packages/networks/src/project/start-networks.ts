import type { Engine, Flow, HttpMount, Mask, ProvidedModules, TriggerSupervisor } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { type Clock, type Logger, silentLogger } from "@pawl/hooks/guard";
import { mountNetworks } from "../http/network-routes.ts";
import { mountStarting } from "../http/starting-routes.ts";
import { startAutoTriggers } from "../initiators/auto-trigger.ts";
import type { FeedOptions } from "../initiators/trigger-feed.ts";
import { createPodLoader } from "../pod/load-module.ts";
import { NetworkError, type RunningNetwork, type StopOptions, startNetwork } from "../runtime/running-network.ts";
import { specialBodies } from "../runtime/special-bodies.ts";
import type { NetworkStatus } from "../runtime/status.ts";
import { announceRunning } from "../sending/running-here.ts";
import { LockedError, type Transport } from "../transport/transport.ts";
import { findNetworkFiles, loadNetwork, type NetworkFile } from "./load-network.ts";

export interface StartNetworksOptions {
  readonly transport: Transport;
  /** Default: all of the project, `networks/*.yaml`. */
  readonly files?: readonly string[];
  /** Ids of the pods that run here, for one file; the others run elsewhere. Default: all. */
  readonly pods?: readonly string[];
  /** Where gateways, sinks and the API are mounted. Without it networks run unreachable. */
  readonly http?: HttpMount;
  /** Also the short paths (`/trigger`, `/output`, …). */
  readonly atRoot?: boolean;
  /** What feeds pods by triggers. Without it such a pod waits in vain, and a warning says so. */
  readonly triggers?: Omit<FeedOptions, "projectDir" | "log">;
  /** What runs pods that are flows. */
  readonly flows?: {
    readonly engine: Engine;
    readonly findFlow: (name: string) => Flow | undefined | Promise<Flow | undefined>;
  };
  /** Whether auto-triggers and triggers run. Default: true. */
  readonly startsByItself?: boolean;
  readonly isStrict?: boolean;
  /** Modules that pods can import beside Pawl's own. */
  readonly provide?: ProvidedModules;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Hides secrets in the log, and in what is kept of errors. Messages stay as they are. */
  readonly mask?: Mask;
}

/** The networks of a project while they run. */
export interface RunningNetworks {
  readonly runs: ReadonlyMap<string, RunningNetwork>;
  /** By file; a file with errors has no network running, and stops no other. */
  readonly diagnostics: readonly Diagnostic[];
  status(): Promise<readonly NetworkStatus[]>;
  stop(options?: StopOptions): Promise<void>;
}

/** Starts every network of a project that can start, then their auto-triggers and triggers. */
export async function startNetworks(projectDir: string, given: StartNetworksOptions): Promise<RunningNetworks> {
  const options = given.mask && given.log ? { ...given, log: given.mask.logger(given.log) } : given;
  const files = (options.files ?? findNetworkFiles(projectDir)).map(loadNetwork);
  const diagnostics: Diagnostic[] = files.flatMap((file) => file.diagnostics);
  const runs = new Map<string, RunningNetwork>();
  const ready = announceStart(files, options);
  for (const file of files) {
    if (file.network === undefined) continue;
    const known = runs.get(file.network.name);
    if (known === undefined) await startOne(file, { options, runs, diagnostics });
    else diagnostics.push(sameName(file, known));
  }
  ready();
  const unmount =
    options.http === undefined ? () => {} : mountNetworks(options.http, runs, { atRoot: options.atRoot ?? false });
  const leave = announceRunning(projectDir, runs);
  const startsByItself = options.startsByItself ?? true;
  if (startsByItself) for (const run of runs.values()) startAutoTriggers(run);
  const feed = startsByItself ? await startFeed(projectDir, runs, options) : undefined;
  return {
    runs,
    diagnostics,
    status: () => Promise.all([...runs.values()].map((run) => run.status())),
    async stop(how) {
      leave();
      await feed?.close();
      await Promise.all([...runs.values()].map((run) => run.stop(how)));
      unmount();
    },
  };
}

async function startFeed(
  projectDir: string,
  runs: ReadonlyMap<string, RunningNetwork>,
  options: StartNetworksOptions,
): Promise<TriggerSupervisor | undefined> {
  const log = options.log ?? silentLogger;
  const fed = [...runs.values()].flatMap(({ network, isHere }) =>
    network.pods.filter((pod) => pod.origin?.trigger !== undefined && isHere(pod)),
  );
  if (fed.length === 0) return undefined;
  if (options.triggers === undefined) {
    for (const pod of fed) log.warn(`Nothing here runs the trigger of "${pod.id}".`);
    return undefined;
  }
  const { feedByTriggers } = await import("../initiators/trigger-feed.ts");
  return feedByTriggers(runs, { ...options.triggers, projectDir, log });
}

/** @returns what ends the announcement */
function announceStart(files: readonly NetworkFile[], { http, atRoot = false }: StartNetworksOptions): () => void {
  if (http === undefined) return () => {};
  const byName = new Map(
    files.flatMap(({ network }) => (network === undefined ? [] : [[network.name, network] as const])),
  );
  return mountStarting(http, [...byName.values()], atRoot);
}

interface Starting {
  readonly options: StartNetworksOptions;
  readonly runs: Map<string, RunningNetwork>;
  readonly diagnostics: Diagnostic[];
}

async function startOne(file: NetworkFile, { options, runs, diagnostics }: Starting): Promise<void> {
  const log = options.log ?? silentLogger;
  const network = file.network!;
  try {
    const run = await startNetwork(network, {
      transport: options.transport,
      loadModule: createPodLoader(options.provide),
      special: specialBodies({ log, ...(options.flows === undefined ? {} : { flows: options.flows }) }),
      log,
      hasHeartbeat: options.http !== undefined,
      ...(options.mask === undefined ? {} : { mask: options.mask }),
      ...(options.pods === undefined ? {} : { pods: options.pods }),
      ...(options.isStrict === undefined ? {} : { isStrict: options.isStrict }),
      ...(options.http === undefined ? {} : { url: options.http.url }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    runs.set(network.name, run);
  } catch (error) {
    if (error instanceof NetworkError)
      diagnostics.push(...error.diagnostics.map((found) => ({ file: file.file, ...found })));
    else if (error instanceof LockedError) {
      diagnostics.push({
        code: error.code,
        severity: "error",
        message: error.message,
        file: file.file,
        line: 1,
        column: 1,
      });
    } else throw error;
  }
}

function sameName(file: NetworkFile, known: RunningNetwork): Diagnostic {
  const message = `There are two networks called "${known.network.name}"; the other is in ${known.network.file}.`;
  return { code: "bad-id", severity: "error", message, file: file.file, line: 1, column: 1 };
}
