import { createHash } from "node:crypto";
import type { Draft, DraftPod } from "./draft.ts";
import { type Graph, reach } from "./graph.ts";
import type { AggregateOptions, Edge, Network, Pod } from "./network.ts";
import type { Report } from "./report.ts";

interface Composition {
  readonly draft: Draft;
  readonly graph: Graph;
  /** Per pod, the pod that began the correlation id its tokens carry. */
  readonly scopes: readonly number[];
  readonly file: string | undefined;
}

/** Makes the network of a draft that broke no rule. */
export function compose(parts: Composition, report: Report): Network {
  const { draft } = parts;
  const edges = makeEdges(parts, report);
  const pods = draft.pods.map((pod, index) => makePod(parts, { pod, index, edges }, report));
  return {
    name: draft.name,
    file: parts.file,
    description: draft.description,
    revision: revisionOf(draft.name, pods, edges),
    pods,
    edges,
  };
}

function makeEdges({ draft, graph }: Composition, report: Report): Edge[] {
  const waited = waitedFor(graph);
  const byEnds = (a: { from: number; to: number }, b: { from: number; to: number }) =>
    compare(draft.pods[a.from]!.id, draft.pods[b.from]!.id) || compare(draft.pods[a.to]!.id, draft.pods[b.to]!.id);
  return [...graph.links].sort(byEnds).map((link, index) => ({
    index,
    from: link.from,
    to: link.to,
    place: report.placeOf(link.edge.node),
    needsTombstones: waited.has(link.to),
    keyPointers: keyPointersFrom(graph, link.to),
  }));
}

function keyPointersFrom(graph: Graph, pod: number): string[] {
  const found = [...reach([pod], graph.next)].flatMap((index) => {
    const correlate = graph.pods[index]!.aggregate?.correlate;
    return correlate?.by === "key" ? [correlate.pointer] : [];
  });
  return [...new Set(found)];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Pods whose tokens an aggregator further down (or they themselves, as one) waits for. */
function waitedFor(graph: Graph): Set<number> {
  const aggregators = graph.pods.flatMap((pod, index) => (pod.type === "aggregator" ? [index] : []));
  return reach(aggregators, graph.previous);
}

function makePod(
  { graph, scopes }: Composition,
  at: { readonly pod: DraftPod; readonly index: number; readonly edges: readonly Edge[] },
  report: Report,
): Pod {
  const { pod, index } = at;
  const sources = new Set(graph.previous[index]!.map((from) => scopes[from]!));
  return {
    index,
    id: pod.id,
    type: pod.type!,
    place: report.placeOf(pod.node),
    description: pod.description,
    ingress: at.edges.filter((edge) => edge.to === index).map((edge) => edge.index),
    egress: at.edges.filter((edge) => edge.from === index).map((edge) => edge.index),
    body: pod.body,
    hookTimeoutMs: pod.hookTimeoutMs,
    retry: pod.retry,
    concurrency: pod.concurrency,
    mailbox: pod.mailbox,
    isolate: pod.isolate,
    origin: pod.origin,
    aggregate: pod.aggregate === undefined ? undefined : makeAggregate(pod, sources.size),
    keep: pod.keep,
  };
}

function makeAggregate(pod: DraftPod, scopes: number): AggregateOptions {
  const { node: _, ...options } = pod.aggregate!;
  const correlate = options.correlate ?? { by: "origin" };
  return { ...options, correlate, joins: correlate.by !== "origin" || scopes > 1 };
}

/** Options such as time-outs may change between two starts; only the graph makes a revision. */
function revisionOf(name: string, pods: readonly Pod[], edges: readonly Edge[]): string {
  const graph = {
    name,
    pods: pods
      .map((pod) => [pod.id, pod.type, pod.aggregate?.correlate.by ?? ""])
      .sort((a, b) => compare(a[0]!, b[0]!)),
    edges: edges.map((edge) => [pods[edge.from]!.id, pods[edge.to]!.id]),
  };
  return createHash("sha256").update(JSON.stringify(graph)).digest("hex").slice(0, 16);
}
