import { type Clock, type Logger, silentLogger, systemClock } from "@pawl/hooks/guard";
import type { EventLimits } from "../events/event-budget.ts";
import { SqliteEventLog } from "../events/sqlite-event-log.ts";
import {
  type Database,
  GroupWriter,
  migrate,
  NewerSchemaError,
  openDatabase,
  stopWaitingWhenBusy,
} from "../sqlite/index.ts";
import { Journal } from "./journal.ts";
import { currentOwner, OwnerLife } from "./owner-life.ts";
import type { Owner } from "./records.ts";
import { Pruner } from "./retention.ts";
import { createIdSource } from "./run-id.ts";
import { flowsComponent, migrations } from "./schema.ts";
import { SqliteDurability } from "./sqlite-durability.ts";
import { SqliteLeases } from "./sqlite-leases.ts";
import { SqliteStateStore } from "./state-store.ts";
import { type Store, StoreError } from "./store.ts";

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** Told of what nobody waits for: a failed write of events, a claim that has to be tried again. Default: nobody. */
  readonly log?: Logger;
  /** How much of one run's output the event log keeps. */
  readonly events?: EventLimits;
}

export interface SqliteStoreOptions extends MemoryStoreOptions {
  /** `full` survives power loss, `normal` a crash of the process only. Default: `full`. */
  readonly synchronous?: "full" | "normal";
  /** Who executes runs here. Default: this process. */
  readonly owner?: Owner;
}

/** A store in that the whole of one process remembers, and forgets with it. The same tables, in memory. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  return createStore(openDatabase(":memory:", { synchronous: "normal" }), { ...options, kind: "memory" });
}

/**
 * Opens the store in this file; makes the file, not its folder. Several processes may have it open.
 * @throws NewerSchemaError when a newer Pawl has written it
 * @throws StoreError when it cannot be opened
 */
export async function openSqliteStore(file: string, options: SqliteStoreOptions = {}): Promise<Store> {
  let database: Database | undefined;
  try {
    database = openDatabase(file, options.synchronous === undefined ? {} : { synchronous: options.synchronous });
    return createStore(database, options);
  } catch (cause) {
    database?.close();
    if (cause instanceof NewerSchemaError) throw new NewerSchemaError(`${file}: ${cause.message}`);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`The store ${file} cannot be opened: ${reason}`, { cause });
  }
}

/** A store on an open database, which is closed with it. */
export function createStore(database: Database, options: SqliteStoreOptions & { readonly kind?: string } = {}): Store {
  migrate(database, flowsComponent, migrations);
  stopWaitingWhenBusy(database);
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLogger;
  const writer = new GroupWriter(database, {
    onAppendError: (error) => log.error("Events could not be written to the store.", { error }),
  });
  const events = new SqliteEventLog(database, writer, { clock, log, limits: options.events });
  const owner = options.owner ?? currentOwner(createIdSource(() => clock.now())());
  const journal = new Journal({ database, writer, events, clock, owner, log });
  const owners = new OwnerLife(journal, options.kind === "memory");
  const durability = new SqliteDurability(options.kind ?? "sqlite", journal, owners);
  const leases = new SqliteLeases(journal, owners);
  const pruner = new Pruner(journal);
  const close = async () => {
    await durability.close();
    await leases.close();
    await owners.close();
    await writer.close();
    database.close();
  };
  let closing: Promise<void> | undefined;
  return {
    durability,
    events,
    leases,
    state: new SqliteStateStore(journal),
    prune: (retention) => pruner.prune(retention),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
