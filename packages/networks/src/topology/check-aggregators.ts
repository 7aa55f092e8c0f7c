import { formatDuration } from "@pawl/hooks/guard";
import type { DraftPod } from "./draft.ts";
import { type Graph, reach } from "./graph.ts";
import { isOrigin } from "./pod-type.ts";
import type { Report } from "./report.ts";

/**
 * Which correlation id the tokens of each pod carry, by the pod that began it. Origins begin one, relays and
 * distributors keep it, an aggregator over several (or by key, or zipped) begins a new one.
 */
export function checkScopes(graph: Graph, order: readonly number[], report: Report): readonly number[] {
  const scope: number[] = graph.pods.map((_, index) => index);
  for (const index of order) {
    const pod = graph.pods[index]!;
    const sources = graph.previous[index]!;
    if (sources.length === 0 || (pod.type !== undefined && isOrigin(pod.type))) continue;
    const distinct = [...new Set(sources.map((from) => scope[from]!))];
    if (pod.aggregate === undefined) scope[index] = distinct[0]!;
    else if (pod.aggregate.correlate === undefined || pod.aggregate.correlate.by === "origin") {
      if (distinct.length === 1) scope[index] = distinct[0]!;
      else reportScopes(graph, pod, distinct, report);
    }
  }
  return scope;
}

function reportScopes(graph: Graph, pod: DraftPod, distinct: readonly number[], report: Report): void {
  const begun = distinct.map((index) => graph.pods[index]!.id).join(" and ");
  const message = `The messages that meet in "${pod.id}" begin at ${begun} and share no correlation id; say how they belong together.`;
  const place = report.placeOf(pod.aggregate?.node ?? pod.node);
  report.add("correlation-scope", message, place, { hint: 'correlate: { key: "/task_id" }   or   correlate: zip' });
}

/** The time-out of an aggregator runs from the first arrival; a branch that still may retry after it comes too late. */
export function checkRetryBudgets(graph: Graph, order: readonly number[], report: Report): void {
  const rank = new Map(order.map((pod, position) => [pod, position]));
  graph.pods.forEach((pod, index) => {
    const timeoutMs = pod.aggregate?.timeoutMs ?? 0;
    const sources = graph.previous[index]!;
    if (timeoutMs === 0 || sources.length < 2 || pod.aggregate?.correlate?.by === "zip") return;
    const start = commonSource(graph, sources, rank);
    if (start === undefined) return;
    const longest = longestPath(graph, { start, end: index }, order);
    if (longest.ms <= timeoutMs) return;
    const path = longest.path.map((step) => graph.pods[step]!);
    const sum = path.map((step) => `${step.id} ${formatDuration(budgetMs(step))}`).join(" + ");
    const message = `"${pod.id}" gives up ${formatDuration(timeoutMs)} after the first arrival, before a retry may arrive: ${sum} = ${formatDuration(longest.ms)}.`;
    report.add("retry-budget", message, report.placeOf(pod.node), { severity: "warning" });
  });
}

/** All attempts of a hook at their longest, and the pauses between them. */
function budgetMs(pod: DraftPod): number {
  const { attempts, initialDelayMs, factor, maxDelayMs } = pod.retry;
  let total = pod.hookTimeoutMs * attempts;
  let delay = initialDelayMs;
  // Beyond a thousand attempts the answer is the same: too long.
  for (let attempt = 1; attempt < Math.min(attempts, 1_000); attempt++) {
    total += Math.min(delay, maxDelayMs);
    delay *= factor;
  }
  return total;
}

/** The last pod through which every source of an aggregator is fed. */
function commonSource(graph: Graph, sources: readonly number[], rank: ReadonlyMap<number, number>): number | undefined {
  let common: Set<number> | undefined;
  for (const source of sources) {
    const ancestors = reach([source], graph.previous);
    common = common === undefined ? ancestors : new Set([...common].filter((pod) => ancestors.has(pod)));
  }
  return [...(common ?? [])].sort((a, b) => rank.get(b)! - rank.get(a)!)[0];
}

function longestPath(
  graph: Graph,
  ends: { readonly start: number; readonly end: number },
  order: readonly number[],
): { ms: number; path: number[] } {
  const best = new Map<number, { ms: number; path: number[] }>([[ends.start, { ms: 0, path: [] }]]);
  for (const pod of order) {
    const here = best.get(pod);
    if (here === undefined || pod === ends.end) continue;
    for (const follower of graph.next[pod]!) {
      const isLast = follower === ends.end;
      const ms = here.ms + (isLast ? 0 : budgetMs(graph.pods[follower]!));
      if (ms > (best.get(follower)?.ms ?? -1)) {
        best.set(follower, { ms, path: isLast ? here.path : [...here.path, follower] });
      }
    }
  }
  return best.get(ends.end) ?? { ms: 0, path: [] };
}
