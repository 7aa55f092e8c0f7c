import type { TriggerStatus, TriggerSupervisor } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { silentLogger } from "@pawl/hooks/guard";
import { mountNetworks } from "../http/network-routes.ts";
import { mountStarting } from "../http/starting-routes.ts";
import { startAutoTriggers } from "../initiators/auto-trigger.ts";
import type { RunningNetwork, StopOptions } from "../runtime/running-network.ts";
import type { NetworkStatus } from "../runtime/status.ts";
import { announceRunning } from "../sending/running-here.ts";
import { findNetworkFiles, loadNetwork, type NetworkFile } from "./load-network.ts";
import { findChanges, replaceNetworks, stampsOf } from "./reload-networks.ts";
import { sameName, startOne } from "./start-one.ts";
import type { StartNetworksOptions } from "./start-options.ts";

/** The networks of a project while they run. */
export interface RunningNetworks {
  readonly runs: ReadonlyMap<string, RunningNetwork>;
  /** By file; a file with errors has no network running, and stops no other. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of the triggers that feed pods: `flow` is the network and the pod, `scoring/intake`. */
  triggers(): readonly TriggerStatus[];
  status(): Promise<readonly NetworkStatus[]>;
  /**
   * Reads the files again. A network whose file or modules have changed is drained and started anew, a new one is started,
   * one whose file is gone is drained and stopped. One whose file or modules have mistakes goes on as it was.
   */
  reload(): Promise<Reloaded>;
  stop(options?: StopOptions): Promise<void>;
}

export interface Reloaded {
  /** Started anew or for the first time; by name. */
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  /** Why others go on as they were. The same mistakes are told once. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Starts every network of a project that can start, then their auto-triggers and triggers. */
export async function startNetworks(projectDir: string, given: StartNetworksOptions): Promise<RunningNetworks> {
  const options = given.mask && given.log ? { ...given, log: given.mask.logger(given.log) } : given;
  const files = () => options.files ?? findNetworkFiles(projectDir);
  const first = files().map(loadNetwork);
  const stamps = stampsOf(first);
  const runs = new Map<string, RunningNetwork>();
  const diagnostics = await startAll(first, options, runs);
  const leave = announceRunning(projectDir, runs);
  const open = (fresh: Iterable<RunningNetwork>) => openToOthers(projectDir, { runs, options, fresh });
  let opened = await open(runs.values());
  return {
    runs,
    diagnostics,
    status: () => Promise.all([...runs.values()].map((run) => run.status())),
    async reload() {
      const changes = await findChanges(files(), { runs, stamps, options });
      if (changes.files.length + changes.gone.length === 0) return reloaded(changes.diagnostics);
      await opened.feed?.close();
      const done = await replaceNetworks(changes, { runs, options });
      opened.unmount();
      opened = await open(done.started.map((name) => runs.get(name)!));
      return { ...done, diagnostics: [...changes.diagnostics, ...done.diagnostics] };
    },
    triggers: () => opened.feed?.status() ?? [],
    async stop(how) {
      leave();
      await opened.feed?.close();
      await Promise.all([...runs.values()].map((run) => run.stop(how)));
      opened.unmount();
    },
  };
}

function reloaded(diagnostics: readonly Diagnostic[]): Reloaded {
  return { started: [], stopped: [], diagnostics };
}

async function startAll(
  files: readonly NetworkFile[],
  options: StartNetworksOptions,
  runs: Map<string, RunningNetwork>,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = files.flatMap((file) => file.diagnostics);
  const ready = announceStart(files, options);
  for (const file of files) {
    if (file.network === undefined) continue;
    const known = runs.get(file.network.name);
    if (known === undefined) await startOne(file, { options, runs, diagnostics });
    else diagnostics.push(sameName(file, known));
  }
  ready();
  return diagnostics;
}

interface Opening {
  readonly runs: ReadonlyMap<string, RunningNetwork>;
  readonly options: StartNetworksOptions;
  /** Those that have just been started. */
  readonly fresh: Iterable<RunningNetwork>;
}

interface Opened {
  readonly feed: TriggerSupervisor | undefined;
  unmount(): void;
}

/** Routes, then what sends by itself. */
async function openToOthers(projectDir: string, { runs, options, fresh }: Opening): Promise<Opened> {
  const { http, atRoot = false, metrics, startsByItself = true } = options;
  const unmount = http === undefined ? () => {} : mountNetworks(http, runs, { atRoot, metrics });
  if (!startsByItself) return { unmount, feed: undefined };
  for (const run of fresh) startAutoTriggers(run);
  return { unmount, feed: await startFeed(projectDir, runs, options) };
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
