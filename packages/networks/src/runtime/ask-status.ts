import type { Pod } from "../topology/network.ts";
import type { Line } from "../transport/transport.ts";
import type { NetworkStatus, PodStatus } from "./status.ts";

/**
 * How a network is that other processes run: what each of them tells, added up, and what waits at pods that nobody runs.
 * Nothing when the engine knows of no other processes.
 */
export async function askStatus(line: Line, forMs: number): Promise<NetworkStatus | undefined> {
  if (line.peers === undefined) return undefined;
  const [answers, deadLetters] = await Promise.all([line.peers.ask(forMs), line.deadLetters.count(), line.refresh?.()]);
  const told = answers.map((answer) => JSON.parse(answer) as NetworkStatus);
  const { network } = line;
  const pods = network.pods.map((pod) => podStatus(line, pod, told));
  const missing = pods.filter((pod) => pod.processes === 0).map((pod) => pod.id);
  const reason = reasonOf(told, missing);
  return {
    network: network.name,
    revision: network.revision,
    state: told.length === 0 ? "closed" : told.every((one) => one.state === "draining") ? "draining" : "ready",
    isReady: reason === undefined,
    reason,
    deadLetters,
    processes: told.length,
    pods,
  };
}

function reasonOf(told: readonly NetworkStatus[], missing: readonly string[]): string | undefined {
  if (told.length === 0) return "no process runs it";
  if (missing.length > 0) return `no process runs ${missing.join(", ")}`;
  return told.find((one) => one.reason !== undefined)?.reason;
}

const counters = [
  "received",
  "sent",
  "tombstonesIn",
  "tombstonesOut",
  "retries",
  "duplicates",
  "late",
  "dead",
  "blocked",
  "inFlight",
] as const;

/** The backlog is the same whoever tells it; the rest is that of each process. */
function podStatus(line: Line, pod: Pod, told: readonly NetworkStatus[]): PodStatus {
  const found = told.flatMap((one) => one.pods.filter((candidate) => candidate.id === pod.id));
  const sums = Object.fromEntries(
    counters.map((counter) => [counter, found.reduce((sum, one) => sum + one[counter], 0)]),
  ) as Record<(typeof counters)[number], number>;
  const sets = found.flatMap((one) => (one.openSets === undefined ? [] : [one.openSets]));
  const oldest = found.flatMap((one) => (one.oldestSetAt === undefined ? [] : [one.oldestSetAt]));
  return {
    id: pod.id,
    type: pod.type,
    ...sums,
    processes: found.length,
    backlog: line.backlog(pod.index),
    openSets: sets.length === 0 ? undefined : sets.reduce((sum, count) => sum + count, 0),
    oldestSetAt: oldest.length === 0 ? undefined : Math.min(...oldest),
  };
}
