import type { Pod } from "../topology/network.ts";
import type { PodType } from "../topology/pod-type.ts";
import type { Backlog, Line } from "../transport/transport.ts";
import type { Assembly } from "./assembly.ts";

export type NetworkState = "ready" | "draining" | "closed";

/** How a running network is. */
export interface NetworkStatus {
  readonly network: string;
  readonly revision: string;
  readonly state: NetworkState;
  readonly isReady: boolean;
  /** Why it is not. */
  readonly reason: string | undefined;
  readonly deadLetters: number;
  /** How many processes run it, where there can be several. */
  readonly processes?: number;
  readonly pods: readonly PodStatus[];
}

export interface PodStatus {
  readonly id: string;
  readonly type: PodType;
  readonly received: number;
  readonly sent: number;
  readonly tombstonesIn: number;
  readonly tombstonesOut: number;
  readonly retries: number;
  readonly duplicates: number;
  readonly late: number;
  readonly dead: number;
  readonly blocked: number;
  /** How many processes run it, where there can be several. */
  readonly processes?: number;
  readonly inFlight: number;
  readonly backlog: Backlog;
  readonly openSets: number | undefined;
  /** Milliseconds since 1970. */
  readonly oldestSetAt: number | undefined;
}

export async function podStatuses(pods: readonly Pod[], line: Line, parts: Assembly): Promise<PodStatus[]> {
  return pods.map((pod) => {
    const stats = parts.stats[pod.index]!;
    const sets = parts.openSets(pod);
    return {
      id: pod.id,
      type: pod.type,
      received: stats.received,
      sent: stats.sent,
      tombstonesIn: stats.tombstonesIn,
      tombstonesOut: stats.tombstonesOut,
      retries: stats.retries,
      duplicates: stats.duplicates,
      late: stats.late,
      dead: stats.dead,
      blocked: stats.blocked,
      inFlight: stats.inFlight,
      backlog: line.backlog(pod.index),
      openSets: sets?.open,
      oldestSetAt: sets?.oldestAt,
    };
  });
}
