import { resolve } from "node:path";
import { type Database, migrate, openDatabase, stopWaitingWhenBusy } from "@pawl/flows/sqlite";
import { type Clock, systemClock } from "@pawl/hooks/guard";
import type { Network } from "../../topology/network.ts";
import { type Line, LockedError, type OpenOptions, type Transport } from "../transport.ts";
import { Turns } from "../turns.ts";
import { CommitQueue } from "./commit-queue.ts";
import { openNetwork, releaseNetwork } from "./open-network.ts";
import { migrations } from "./schema.ts";
import { SeenIds } from "./seen-ids.ts";
import { SqliteLine } from "./sqlite-line.ts";
import { Tables } from "./tables.ts";
import { Upkeep } from "./upkeep.ts";

export interface SqliteTransportOptions {
  /** The database file; made when it is not there. Its own, because it has its own writer. */
  readonly file: string;
  /** `full` survives power loss, `normal` a crash of the process only. Default: `full`. */
  readonly synchronous?: "full" | "normal";
  /** How long tokens are remembered, with what became of them. Default: 30 days, and no more than half a million. */
  readonly seenWindowMs?: number;
  readonly clock?: Clock;
}

const defaultSeenMs = 30 * 24 * 3_600_000;

/** Networks that this process runs, by file and name: its own lock cannot tell two of its parts from each other. */
const openHere = new Set<string>();

/** Carries tokens through a SQLite file: what was accepted survives `kill -9` and power loss. */
export function createSqliteTransport(options: SqliteTransportOptions): Transport {
  const file = resolve(options.file);
  const clock = options.clock ?? systemClock;
  const database = openDatabase(file, options.synchronous === undefined ? {} : { synchronous: options.synchronous });
  migrate(database, "networks", migrations);
  const seen = new SeenIds(database, options.seenWindowMs ?? defaultSeenMs, clock.now());
  stopWaitingWhenBusy(database);
  const turns = new Turns();
  const upkeep = new Upkeep(clock);
  const commits = new CommitQueue(database, turns, () => upkeep.afterCommit(commits.writer, seen));
  const lines = new Set<Line>();
  let seq = Number(database.prepare("SELECT coalesce(max(seq), 0) AS seq FROM tokens").get()!.seq);

  const open = async (network: Network, how: OpenOptions = {}): Promise<Line> => {
    const here = `${file}#${network.name}`;
    if (openHere.has(here)) {
      throw new LockedError(`This process runs the network "${network.name}" already.`, {
        pid: process.pid,
        url: how.url,
      });
    }
    const { net, key } = whenFree(() => openNetwork(database, network, how, clock.now()));
    openHere.add(here);
    const tables = new Tables(database, network, net);
    const closed = () => {
      openHere.delete(here);
      lines.delete(line);
      releaseNetwork(database, net);
    };
    const line = new SqliteLine(network, {
      database,
      commits,
      seen,
      turns,
      tables,
      clock,
      key,
      nextSeq: () => ++seq,
      closed,
    });
    lines.add(line);
    return line;
  };
  const close = async () => {
    for (const line of [...lines]) await line.close();
    await commits.close();
    closeFile(database);
  };
  return { kind: "sqlite", isAtomic: true, open, close };
}

/** Opening happens once, so it may wait for another writer of the file. */
function whenFree<T>(run: () => T): T {
  const until = Date.now() + 5_000;
  for (;;) {
    try {
      return run();
    } catch (error) {
      const isBusy = ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || Date.now() > until) throw error;
    }
  }
}

function closeFile(database: Database): void {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
