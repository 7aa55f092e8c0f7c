import type { PodStats } from "../delivery/pod-stats.ts";
import type { RunningNetwork } from "./running-network.ts";

type Counter =
  | "received"
  | "sent"
  | "tombstonesIn"
  | "tombstonesOut"
  | "retries"
  | "duplicates"
  | "late"
  | "dead"
  | "blocked";

const counters: Readonly<Record<Counter, readonly [name: string, help: string]>> = {
  received: ["pawl_pod_received_total", "Tokens a pod received."],
  sent: ["pawl_pod_sent_total", "Messages a pod sent."],
  tombstonesIn: ["pawl_pod_tombstones_received_total", "Tombstones a pod received."],
  tombstonesOut: ["pawl_pod_tombstones_sent_total", "Tombstones a pod sent."],
  retries: ["pawl_pod_retries_total", "Calls of a hook that failed and are tried again."],
  duplicates: ["pawl_pod_duplicates_total", "Tokens that came twice and were ignored."],
  late: ["pawl_pod_late_total", "Tokens that came after their set was closed."],
  dead: ["pawl_pod_dead_letters_total", "Messages or sets a pod gave up on."],
  blocked: ["pawl_pod_blocked_loop_total", "Times a hook held the event loop for more than 100 ms."],
};

/** All networks of this process, in the text format of Prometheus. */
export async function metricsText(runs: readonly RunningNetwork[]): Promise<string> {
  const lines: string[] = [];
  for (const [key, [name, help]] of Object.entries(counters) as [Counter, readonly [string, string]][]) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
    eachPod(runs, (labels, stats) => lines.push(`${name}{${labels}} ${stats[key]}`));
  }
  lines.push(
    "# HELP pawl_pod_hook_duration_seconds How long calls of a hook took.",
    "# TYPE pawl_pod_hook_duration_seconds histogram",
  );
  eachPod(runs, (labels, stats) => lines.push(...stats.hookTimes.lines("pawl_pod_hook_duration_seconds", labels)));
  await gauges(runs, lines);
  return `${lines.join("\n")}\n`;
}

type OpenSets = NonNullable<ReturnType<RunningNetwork["parts"]["openSets"]>>;

function eachPod(
  runs: readonly RunningNetwork[],
  tell: (labels: string, stats: PodStats, run: RunningNetwork, index: number) => void,
): void {
  for (const run of runs) {
    for (const pod of run.network.pods.filter(run.isHere)) {
      tell(`network="${run.network.name}",pod="${pod.id}"`, run.parts.stats[pod.index]!, run, pod.index);
    }
  }
}

async function gauges(runs: readonly RunningNetwork[], lines: string[]): Promise<void> {
  const gauge = (name: string, help: string) => lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
  gauge("pawl_pod_backlog_messages", "Tokens that wait at a pod or are in the hands of its hook.");
  eachPod(runs, (labels, _, run, index) =>
    lines.push(`pawl_pod_backlog_messages{${labels}} ${run.line.backlog(index).messages}`),
  );
  gauge("pawl_pod_in_flight", "Calls of a hook that are open.");
  eachPod(runs, (labels, stats) => lines.push(`pawl_pod_in_flight{${labels}} ${stats.inFlight}`));
  const eachAggregator = (name: string, of: (sets: OpenSets, run: RunningNetwork) => number) =>
    eachPod(runs, (labels, _, run, index) => {
      const sets = run.parts.openSets(run.network.pods[index]!);
      if (sets !== undefined) lines.push(`${name}{${labels}} ${of(sets, run)}`);
    });
  gauge("pawl_pod_open_sets", "Sets an aggregator has open.");
  eachAggregator("pawl_pod_open_sets", ({ open }) => open);
  gauge("pawl_pod_oldest_set_seconds", "How old the oldest open set of an aggregator is.");
  eachAggregator("pawl_pod_oldest_set_seconds", ({ oldestAt }, { clock }) =>
    oldestAt === undefined ? 0 : (clock.now() - oldestAt) / 1_000,
  );
  gauge("pawl_network_dead_letters", "Dead letters that are kept.");
  for (const run of runs)
    lines.push(`pawl_network_dead_letters{network="${run.network.name}"} ${await run.line.deadLetters.count()}`);
  gauge("pawl_network_loop_lag_seconds", "The longest time the event loop stood still since the last scrape.");
  for (const run of runs)
    lines.push(`pawl_network_loop_lag_seconds{network="${run.network.name}"} ${run.watch.takeWorstMs() / 1_000}`);
}
