import type { Draft, DraftEdge, DraftPod } from "./draft.ts";

/** The graph of a draft by position in its list of pods; edges with an end that does not exist are left out. */
export interface Graph {
  readonly pods: readonly DraftPod[];
  readonly links: readonly Link[];
  readonly next: readonly (readonly number[])[];
  readonly previous: readonly (readonly number[])[];
}

export interface Link {
  readonly from: number;
  readonly to: number;
  readonly edge: DraftEdge;
}

export function graphOf(draft: Draft, links: readonly Link[]): Graph {
  const next: number[][] = draft.pods.map(() => []);
  const previous: number[][] = draft.pods.map(() => []);
  for (const link of links) {
    next[link.from]!.push(link.to);
    previous[link.to]!.push(link.from);
  }
  return { pods: draft.pods, links, next, previous };
}

/** Everything that can be reached from `starts`, themselves included. */
export function reach(starts: Iterable<number>, next: readonly (readonly number[])[]): Set<number> {
  const found = new Set(starts);
  for (const pod of found) for (const follower of next[pod]!) found.add(follower);
  return found;
}

/** Pods such that every edge leads to a later one; shorter than the graph when it has a cycle. */
export function topologicalOrder(graph: Graph): number[] {
  const waiting = graph.previous.map((list) => list.length);
  const order = graph.pods.map((_, index) => index).filter((index) => waiting[index] === 0);
  for (const pod of order) {
    for (const follower of graph.next[pod]!) {
      waiting[follower]!--;
      if (waiting[follower] === 0) order.push(follower);
    }
  }
  return order;
}

/** One cycle for each link that closes one, found in the order of the file; the link comes with it. */
export function cycles(graph: Graph): { readonly path: readonly number[]; readonly link: Link }[] {
  const found: { path: number[]; link: Link }[] = [];
  const out: Link[][] = graph.pods.map(() => []);
  for (const link of graph.links) out[link.from]!.push(link);
  const state = new Array<"open" | "done" | undefined>(graph.pods.length);
  for (let start = 0; start < graph.pods.length; start++) {
    if (state[start] !== undefined) continue;
    const path: number[] = [start];
    const cursor: number[] = [0];
    state[start] = "open";
    while (path.length > 0) {
      const pod = path.at(-1)!;
      const link = out[pod]![cursor[cursor.length - 1]!++];
      if (link === undefined) {
        state[pod] = "done";
        path.pop();
        cursor.pop();
      } else if (state[link.to] === "open") {
        found.push({ path: [...path.slice(path.indexOf(link.to)), link.to], link });
      } else if (state[link.to] === undefined) {
        state[link.to] = "open";
        path.push(link.to);
        cursor.push(0);
      }
    }
  }
  return found;
}

/** Groups of pods without any connection between them, each in the order of the file. */
export function components(graph: Graph): number[][] {
  const both = graph.pods.map((_, index) => [...graph.next[index]!, ...graph.previous[index]!]);
  const seen = new Set<number>();
  const groups: number[][] = [];
  for (let start = 0; start < graph.pods.length; start++) {
    if (seen.has(start)) continue;
    const group = reach([start], both);
    for (const pod of group) seen.add(pod);
    groups.push([...group].sort((a, b) => a - b));
  }
  return groups;
}
