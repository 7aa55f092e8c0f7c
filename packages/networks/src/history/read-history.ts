import { existsSync } from "node:fs";
import { type Database, openDatabase } from "@pawl/flows/sqlite";
import { readTraceparent, traceIdOf } from "@pawl/hooks/trace";
import type { DeadLetter } from "../transport/dead-letter.ts";
import { EntryReader } from "../transport/sqlite/read-entries.ts";
import { deadLetterOfRow } from "../transport/sqlite/tables.ts";
import { passageOf } from "./entry.ts";
import { type EdgeEnds, type PodPassage, readPassages } from "./read-passages.ts";

/** What is remembered of one message: of everything with its correlation id. */
export interface MessageHistory {
  readonly network: string;
  readonly correlationId: string;
  readonly traceId: string;
  /** What it was sent by; nothing when it came without a trace. */
  readonly traceparent: string | undefined;
  /** In the order in which the network is written: nobody stands before those that send to it. */
  readonly passages: readonly PodPassage[];
  /** Tokens that have not gone their way yet, by the pod where they wait. */
  readonly waiting: readonly { readonly pod: string; readonly since: number; readonly attempts: number }[];
  readonly deadLetters: readonly DeadLetter[];
}

/** A correlation id or a trace, or the beginning of one. */
export type HistoryQuery = { readonly correlationId: string } | { readonly traceId: string };

const mostFound = 200;

/**
 * Reads what a file of networks remembers, whether a process runs them or not. What messages of several became together
 * is found with each of them.
 */
export function readHistory(file: string, query: HistoryQuery): MessageHistory[] {
  if (!existsSync(file)) return [];
  const database = openDatabase(file);
  try {
    if (!isCurrent(database)) return [];
    const reader = new HistoryReader(database);
    const found = "traceId" in query ? reader.ofTrace(query.traceId) : reader.of(query.correlationId);
    return found.sort((a, b) => firstOf(a) - firstOf(b));
  } finally {
    database.close();
  }
}

/** A file that no network of this version has opened yet remembers nothing. */
function isCurrent(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'history'").get() !== undefined;
}

function firstOf({ passages }: MessageHistory): number {
  return Math.min(...passages.map((passage) => passage.endedAt));
}

interface Topology {
  readonly net: number;
  readonly name: string;
  readonly edges: EdgeEnds;
}

class HistoryReader {
  readonly #database: Database;
  readonly #networks: readonly Topology[];

  constructor(database: Database) {
    this.#database = database;
    this.#networks = database
      .prepare("SELECT id, name, edges FROM networks ORDER BY name")
      .all()
      .map((row) => ({ net: Number(row.id), name: String(row.name), edges: JSON.parse(String(row.edges)) }));
  }

  of(prefix: string): MessageHistory[] {
    return this.#networks.flatMap((network) => this.#read(network, this.#startingWith(network, prefix)));
  }

  ofTrace(traceId: string): MessageHistory[] {
    return this.#networks.flatMap((network) => {
      const own = this.#startingWith(network, uuidOf(traceId));
      return this.#read(network, [...own, ...this.#broughtBy(network, traceId)]);
    });
  }

  #broughtBy({ net }: Topology, traceId: string): string[] {
    const found = new EntryReader(this.#database).withText(`"00-${traceId}`, mostFound);
    const messages = found.filter(([, entry]) => {
      return entry[0] === net && passageOf(entry)?.traceparent?.startsWith(`00-${traceId}`) === true;
    });
    return messages.slice(0, mostFound).map(([, entry]) => entry[2]!);
  }

  #startingWith(network: Topology, prefix: string): string[] {
    return this.#rows("corr >= ?2 AND corr < ?3", network, prefix, `${prefix}~`);
  }

  #rows(condition: string, { net }: Topology, ...values: string[]): string[] {
    const select = (table: string) =>
      `SELECT DISTINCT corr FROM ${table} WHERE net = ?1 AND entry IS NOT NULL AND ${condition}`;
    const rows = this.#database
      .prepare(`${select("seen_a")} UNION ${select("seen_b")} LIMIT ${mostFound}`)
      .all(net, ...values);
    return rows.map((row) => String(row.corr));
  }

  /** With those that they have gone on as. */
  #read(network: Topology, correlationIds: readonly string[]): MessageHistory[] {
    const ids = new Set(correlationIds);
    const found: MessageHistory[] = [];
    for (const id of ids) {
      const message = this.#message(network, id);
      found.push(message);
      for (const { into } of message.passages) if (into !== undefined) ids.add(into);
    }
    return found;
  }

  #message(network: Topology, correlationId: string): MessageHistory {
    const passages = readPassages(this.#database, network.net, network.edges, correlationId);
    const traceparent = passages.find((passage) => passage.traceparent !== undefined)?.traceparent;
    return {
      network: network.name,
      correlationId,
      traceId: readTraceparent(traceparent)?.traceId ?? traceIdOf(correlationId),
      traceparent,
      passages,
      waiting: this.#waiting(network, correlationId),
      deadLetters: this.#database
        .prepare("SELECT * FROM dead_letters WHERE net = ? AND instr(letter, ?) > 0 ORDER BY id")
        .all(network.net, `"corr":"${correlationId}"`)
        .map(deadLetterOfRow),
    };
  }

  #waiting({ net, edges }: Topology, correlationId: string): MessageHistory["waiting"] {
    return this.#database
      .prepare("SELECT edge, arrived, attempts FROM tokens WHERE net = ? AND corr = ? ORDER BY seq")
      .all(net, correlationId)
      .map(({ edge, arrived, attempts }) => ({
        pod: edges[Number(edge)]?.[1] ?? "?",
        since: Number(arrived),
        attempts: Number(attempts),
      }));
  }
}

/** A message without a trace has that of its correlation id, which is a UUID. */
function uuidOf(traceId: string): string {
  const parts = [
    traceId.slice(0, 8),
    traceId.slice(8, 12),
    traceId.slice(12, 16),
    traceId.slice(16, 20),
    traceId.slice(20),
  ];
  return parts.filter((part) => part !== "").join("-");
}
