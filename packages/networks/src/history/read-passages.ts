import type { Database } from "@pawl/flows/sqlite";
import { EntryReader } from "../transport/sqlite/read-entries.ts";
import { passageOf } from "./entry.ts";
import type { StoredPassage } from "./passage.ts";

/** The pods that each edge connects. */
export type EdgeEnds = readonly (readonly [from: string, to: string])[];

/** One pod's part in what became of a message. */
export interface PodPassage extends StoredPassage {
  readonly pod: string;
}

/** What the rows of a message's ids lead to, nobody before those that sent to it. */
export function readPassages(database: Database, net: number, edges: EdgeEnds, correlationId: string): PodPassage[] {
  const select = (table: string) => `SELECT entry FROM ${table} WHERE net = ?1 AND corr = ?2 AND entry IS NOT NULL`;
  const rows = database.prepare(`${select("seen_a")} UNION ${select("seen_b")} ORDER BY 1`).all(net, correlationId);
  const reader = new EntryReader(database);
  const byPod = new Map<string, PodPassage>();
  for (const row of rows) {
    for (const entry of reader.from(Number(row.entry))) {
      const passage = passageOf(entry);
      if (passage !== undefined) byPod.set(entry[1]!, { pod: entry[1]!, ...passage });
    }
  }
  const order = podsInOrder(edges);
  const placed = order.flatMap((pod) => byPod.get(pod) ?? []);
  // Pods that the network no longer has come last.
  return [...placed, ...[...byPod.values()].filter(({ pod }) => !order.includes(pod))];
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
