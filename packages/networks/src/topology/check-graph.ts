import type { Draft } from "./draft.ts";
import { components, cycles, type Graph, reach } from "./graph.ts";
import { isEnd, isOrigin } from "./pod-type.ts";
import type { Report } from "./report.ts";

/** Rules about the graph as a whole. A pod of unknown type counts as origin and as end: it has its own finding. */
export function checkGraph(draft: Draft, graph: Graph, report: Report): void {
  for (const { path, link } of cycles(graph)) {
    const names = path.map((pod) => graph.pods[pod]!.id).join(" -> ");
    report.error("cycle", `The connections form a cycle: ${names}.`, link.edge.node);
  }
  const indexes = graph.pods.map((_, index) => index);
  const origins = indexes.filter((index) => isOriginLike(graph, index));
  const ends = indexes.filter((index) => isEndLike(graph, index));
  if (draft.pods.length > 0 && origins.length === 0) {
    report.error("no-origin", "Nothing begins in this network: it needs a gateway or an initiator.", draft.podsNode);
  }
  if (draft.pods.length > 0 && ends.length === 0) {
    report.error("no-end", "Nothing ends in this network: it needs a sink or a terminator.", draft.podsNode);
  }
  checkReachability(graph, { origins, ends }, report);
  checkComponents(draft, graph, report);
}

function isOriginLike(graph: Graph, index: number): boolean {
  const { type } = graph.pods[index]!;
  return type === undefined || isOrigin(type);
}

function isEndLike(graph: Graph, index: number): boolean {
  const { type } = graph.pods[index]!;
  return type === undefined || isEnd(type);
}

/** A pod without any connection on the side in question has its arity finding already. */
function checkReachability(graph: Graph, sides: { origins: number[]; ends: number[] }, report: Report): void {
  const fed = reach(sides.origins, graph.next);
  const drained = reach(sides.ends, graph.previous);
  graph.pods.forEach((pod, index) => {
    if (sides.origins.length > 0 && !fed.has(index) && graph.previous[index]!.length > 0) {
      report.error("unreachable-pod", `No gateway or initiator leads to "${pod.id}".`, pod.node);
    }
    if (sides.ends.length > 0 && !drained.has(index) && graph.next[index]!.length > 0) {
      report.error("dead-end", `No sink or terminator can be reached from "${pod.id}".`, pod.node);
    }
  });
}

function checkComponents(draft: Draft, graph: Graph, report: Report): void {
  const groups = components(graph);
  if (groups.length < 2) return;
  const [first, ...others] = groups;
  for (const group of others) {
    const names = (list: readonly number[]) => list.map((pod) => graph.pods[pod]!.id).join(", ");
    const message = `Nothing connects ${names(group)} with ${names(first!)}: these are separate networks in one file.`;
    const place = report.placeOf(graph.pods[group[0]!]!.node);
    report.add("disconnected", message, place, { severity: draft.strict ? "error" : "warning" });
  }
}
