import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Node } from "yaml";
import type { Draft, DraftPod } from "./draft.ts";
import type { Graph, Link } from "./graph.ts";
import { type Arity, podTypes } from "./pod-type.ts";
import type { Report } from "./report.ts";

/**
 * Ends, duplicates and loops of one edge. A misspelt end counts for the pod it most likely means, so that one typing
 * mistake is one finding and not three.
 */
export function checkConnections(draft: Draft, report: Report): Link[] {
  const indexes = new Map(draft.pods.map((pod, index) => [pod.id, index]));
  const links: Link[] = [];
  const known = new Set<string>();
  const find = (id: string, node: Node): number | undefined => {
    const index = indexes.get(id);
    if (index !== undefined) return index;
    const message = `There is no pod "${id}" in this file.${didYouMean(id, indexes.keys())}`;
    report.error("unknown-pod", message, node);
    return indexes.get(nearest(id, indexes.keys()) ?? "");
  };
  for (const edge of draft.edges) {
    const from = find(edge.from, edge.fromNode);
    const to = find(edge.to, edge.toNode);
    if (edge.from === edge.to) {
      report.error("self-connection", `The pod "${edge.from}" is connected to itself.`, edge.node);
    } else if (from !== undefined && to !== undefined && from !== to) {
      const key = `${from} ${to}`;
      if (known.has(key)) {
        report.error("duplicate-connection", `"${edge.from}" is already connected to "${edge.to}".`, edge.node);
      } else links.push({ from, to, edge });
      known.add(key);
    }
  }
  return links;
}

/** Each pod has as many connections on each side as its type allows. */
export function checkArity(graph: Graph, report: Report): void {
  graph.pods.forEach((pod, index) => {
    if (pod.type === undefined) return;
    const rule = podTypes[pod.type];
    const sources = graph.previous[index]!.map((from) => graph.pods[from]!.id);
    const targets = graph.next[index]!.map((to) => graph.pods[to]!.id);
    if (!fits(rule.ingress, sources.length)) report.error("ingress-arity", ingressMessage(pod, sources), pod.node);
    else if (pod.type === "aggregator" && sources.length === 1) {
      report.warn("ingress-arity", `The aggregator "${pod.id}" has one source, so it has nothing to join.`, pod.node);
    }
    if (!fits(rule.egress, targets.length)) report.error("egress-arity", egressMessage(pod, targets), pod.node);
    else if (pod.type === "distributor" && targets.length === 1) {
      const message = `The distributor "${pod.id}" sends to one pod only: a relay would do.`;
      report.warn("egress-arity", message, pod.node);
    }
    checkIngressCount(pod, sources.length, report);
  });
}

function checkIngressCount(pod: DraftPod, degree: number, report: Report): void {
  if (pod.ingressCount === undefined || pod.ingressCount.count === degree) return;
  const message = `"${pod.id}" says that ${pod.ingressCount.count} connections enter it; there are ${degree}.`;
  report.error("ingress-count", message, pod.ingressCount.node);
}

function fits(arity: Arity, count: number): boolean {
  return count >= arity.min && count <= arity.max;
}

function ingressMessage(pod: DraftPod, sources: readonly string[]): string {
  if (sources.length === 0) return `No connection enters the ${pod.type} "${pod.id}"; it needs one.`;
  const list = sources.join(", ");
  if (podTypes[pod.type!].ingress.max === 0) {
    return `Every ${pod.type} begins a network and receives nothing; "${pod.id}" receives from ${list}.`;
  }
  return `Every ${pod.type} receives from exactly one pod; "${pod.id}" receives from ${list}. An aggregator can join them.`;
}

function egressMessage(pod: DraftPod, targets: readonly string[]): string {
  const rule = podTypes[pod.type!];
  if (targets.length === 0) {
    const count = rule.egress.max === 1 ? "exactly one egress" : "at least one egress";
    return `The ${pod.type} "${pod.id}" sends to nobody; it needs ${count}.`;
  }
  const list = targets.join(", ");
  if (rule.egress.max === 0) return `Every ${pod.type} ends a network and sends nothing; "${pod.id}" sends to ${list}.`;
  return `Every ${pod.type} sends to exactly one pod; "${pod.id}" sends to ${list}. A distributor can send to several.`;
}
