import { existsSync } from "node:fs";
import { type Database, openDatabase } from "@pawl/flows/sqlite";
import { readTraceparent, traceIdOf } from "@pawl/hooks/trace";
import { EntryReader } from "../transport/sqlite/read-entries.ts";
import { deadLetterOfRow } from "../transport/sqlite/tables.ts";
import { passageOf } from "./entry.ts";
import { type HistoryQuery, inOrder, type MessageHistory, mostFound, uuidOf } from "./message-history.ts";
import { type EdgeEnds, readPassages } from "./read-passages.ts";

/**
 * Reads what a file of networks remembers, whether a process runs them or not. What messages of several became together
 * is found with each of them.
 */
export function readHistory(file: string, query: HistoryQuery): MessageHistory[] {
  if (!existsSync(file)) return [];
  const database = openDatabase(file);
  try {
    return isCurrent(database) ? readHistoryIn(database, query) : [];
  } finally {
    database.close();
  }
}

/** The same of a file that is open; `name` is that of the one network that is asked for. */
export function readHistoryIn(database: Database, query: HistoryQuery, name?: string): MessageHistory[] {
  const reader = new HistoryReader(database, name);
  return inOrder("traceId" in query ? reader.ofTrace(query.traceId) : reader.of(query.correlationId));
}

/** A file that no network of this version has opened yet remembers nothing. */
function isCurrent(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'history'").get() !== undefined;
}

interface Topology {
  readonly net: number;
  readonly name: string;
  readonly edges: EdgeEnds;
}

class HistoryReader {
  readonly #database: Database;
  readonly #networks: readonly Topology[];

  constructor(database: Database, name: string | undefined) {
    this.#database = database;
    this.#networks = database
      .prepare("SELECT id, name, edges FROM networks WHERE ?1 IS NULL OR name = ?1 ORDER BY name")
      .all(name ?? null)
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
