import type { Mask } from "@pawl/flows";
import type { Clock, Logger } from "@pawl/hooks/guard";
import { Aggregator, type OpenSets, type Receiver } from "../aggregate/aggregator.ts";
import { ZipAggregator } from "../aggregate/zip-aggregator.ts";
import { HookCaller } from "../delivery/hook-caller.ts";
import { type EndListener, PodRunner, type PodRunnerOptions } from "../delivery/pod-runner.ts";
import { PodStats } from "../delivery/pod-stats.ts";
import { Suspects } from "../delivery/suspects.ts";
import type { RunningBody } from "../pod/pod-body.ts";
import type { Network, Pod } from "../topology/network.ts";
import { isEnd, isOrigin } from "../topology/pod-type.ts";
import type { Line } from "../transport/transport.ts";
import type { Heartbeat } from "../watch/heartbeat.ts";
import type { LoopWatch } from "../watch/loop-watch.ts";
import { Origin } from "./origin.ts";

export interface AssemblyOptions {
  readonly network: Network;
  readonly line: Line;
  readonly isAtomic: boolean;
  readonly bodies: readonly RunningBody[];
  /** The pods that run here. Default: all. */
  readonly isHere?: (pod: Pod) => boolean;
  readonly watch: LoopWatch | undefined;
  readonly heartbeat?: Heartbeat | undefined;
  /** Aborted when hooks must stop at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly mask?: Mask | undefined;
  readonly onEnd: EndListener;
}

/** The parts of a running network, by pod. */
export interface Assembly {
  readonly stats: readonly PodStats[];
  readonly origins: ReadonlyMap<string, Origin>;
  readonly receivers: readonly Receiver[];
  /** Ids of the sinks and terminators that a message from an origin can come to. */
  endsOf(origin: Pod): readonly string[];
  openSets(pod: Pod): OpenSets | undefined;
}

export function assemble(options: AssemblyOptions): Assembly {
  const { network, isHere = () => true } = options;
  const stats = network.pods.map(() => new PodStats());
  const suspects = new Suspects();
  const origins = new Map<string, Origin>();
  const receivers = new Map<number, Receiver>();
  for (const pod of network.pods.filter(isHere)) {
    const caller = callerOf(pod, stats[pod.index]!, options);
    const { line, clock } = options;
    if (isOrigin(pod.type)) {
      const downstream = downstreamOf(network, pod);
      const addressOf = (id: string) => line.replies?.addressOf(id) ?? id;
      const of = { network, pod, line, caller, stats: stats[pod.index]!, clock, downstream, addressOf };
      origins.set(pod.id, new Origin(of));
    } else receivers.set(pod.index, receiverOf({ ...options, pod, caller, stats: stats[pod.index]!, suspects }));
  }
  return {
    stats,
    origins,
    receivers: [...receivers.values()],
    endsOf: (origin) =>
      downstreamOf(network, origin)
        .map((index) => network.pods[index]!)
        .filter((pod) => isEnd(pod.type))
        .map((pod) => pod.id),
    openSets(pod) {
      const receiver = receivers.get(pod.index);
      return receiver !== undefined && "openSets" in receiver
        ? (receiver as Aggregator | ZipAggregator).openSets
        : undefined;
    },
  };
}

function callerOf(pod: Pod, stats: PodStats, options: AssemblyOptions): HookCaller {
  const { network, bodies, watch, heartbeat, signal, clock, log, mask } = options;
  return new HookCaller({
    network: network.name,
    pod,
    body: bodies[pod.index]!,
    stats,
    watch,
    heartbeat,
    signal,
    clock,
    log,
    mask,
  });
}

function receiverOf(options: PodRunnerOptions): Receiver {
  if (options.pod.aggregate === undefined) return new PodRunner(options);
  return options.pod.aggregate.correlate.by === "zip" ? new ZipAggregator(options) : new Aggregator(options);
}

function downstreamOf(network: Network, pod: Pod): number[] {
  const found = new Set([pod.index]);
  for (const index of found) for (const edge of network.pods[index]!.egress) found.add(network.edges[edge]!.to);
  found.delete(pod.index);
  return [...found];
}
