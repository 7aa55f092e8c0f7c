import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface Statement {
  all(...values: SqlValue[]): Record<string, unknown>[];
  get(...values: SqlValue[]): Record<string, unknown> | undefined;
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/** The part of `node:sqlite`'s DatabaseSync that Pawl uses; `@photostructure/sqlite` has the same. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export interface OpenOptions {
  /** `full` survives power loss, `normal` a crash of the process only. Default: `full`. */
  readonly synchronous?: "full" | "normal";
}

const require = createRequire(import.meta.url);
const openingBusyMs = 5_000;
/** What a burst has made longer is cut back to this at the next checkpoint. */
const largestLogBytes = 64 * 1024 * 1024;
/** 16 MB: the pages that every step changes are copied back, and synced, a quarter as often as by default. */
const pagesBetweenCheckpoints = 4_000;

interface Driver {
  readonly DatabaseSync: new (file: string) => Database;
}

/** `node:sqlite` where Node has it without a flag (22.13 and later), the same API from npm on Node 20. */
function loadDriver(): Driver {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return withoutExperimentalWarning(() => require("node:sqlite"));
  try {
    return require("@photostructure/sqlite");
  } catch (cause) {
    const message = `Node ${process.versions.node} has no SQLite of its own (22.13 and later have), and the package @photostructure/sqlite cannot be loaded. Use a newer Node, or install that package.`;
    throw new Error(message, { cause });
  }
}

/** Node warns once that its SQLite is experimental; that one warning is not for our users. */
function withoutExperimentalWarning<T>(load: () => T): T {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes("SQLite")) Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emit;
  }
}

/** Opens (and makes, for this user alone) a database file in WAL mode. The caller migrates it. */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const { DatabaseSync } = loadDriver();
  if (file !== ":memory:") closeSync(openSync(file, "a", 0o600));
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA busy_timeout = ${openingBusyMs}`);
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`PRAGMA journal_size_limit = ${largestLogBytes}`);
  database.exec(`PRAGMA wal_autocheckpoint = ${pagesBetweenCheckpoints}`);
  database.exec(`PRAGMA synchronous = ${options.synchronous === "normal" ? "NORMAL" : "FULL"}`);
  database.exec("PRAGMA foreign_keys = ON");
  return database;
}

/** After opening and migration: a busy database answers at once, and the group writer tries again. */
export function stopWaitingWhenBusy(database: Database): void {
  database.exec("PRAGMA busy_timeout = 0");
}
