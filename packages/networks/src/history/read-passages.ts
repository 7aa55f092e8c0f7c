import type { Database } from "@pawl/flows/sqlite";
import { readPassage, type StoredPassage } from "./passage.ts";

/** The pods that each edge connects. */
export type EdgeEnds = readonly (readonly [from: string, to: string])[];

/** One pod's part in what became of a message. */
export interface PodPassage extends StoredPassage {
  readonly pod: string;
}

/** What the rows of a message's ids tell, nobody before those that sent to it. */
export function readPassages(database: Database, net: number, edges: EdgeEnds, correlationId: string): PodPassage[] {
  const select = (table: string) => `SELECT edge, passage FROM ${table} WHERE net = ?1 AND corr = ?2`;
  const rows = database.prepare(`${select("seen_a")} UNION ALL ${select("seen_b")}`).all(net, correlationId);
  const byPod = new Map<string, PodPassage>();
  for (const { edge, passage } of rows) {
    const number = Number(edge);
    // A row of an edge is of the pod that sends there; the one of its end, of the pod that took it.
    const pod = number >= 0 ? edges[number]?.[0] : edges[-number - 1]?.[1];
    if (pod !== undefined && passage !== null) byPod.set(pod, { pod, ...readPassage(String(passage)) });
  }
  return podsInOrder(edges).flatMap((pod) => byPod.get(pod) ?? []);
}

/** Nobody before those that send to it. */
export function podsInOrder(edges: EdgeEnds): string[] {
  const order: string[] = [];
  const left = new Set(edges.flat());
  while (left.size > 0) {
    const free = [...left].filter((pod) => !edges.some(([from, to]) => to === pod && left.has(from)));
    if (free.length === 0) return [...order, ...left];
    for (const pod of free) left.delete(pod);
    order.push(...free);
  }
  return order;
}
