import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStore } from "../../src/durability/sqlite-store.ts";
import { openSqliteStore, StoreError } from "../../src/index.ts";
import { type Database, NewerSchemaError, openDatabase } from "../../src/sqlite/index.ts";
import { newRun, step } from "./runs.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pawl-sqlite-"));
  file = join(folder, "pawl.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A database that counts its transactions and remembers its statements. */
function watched(): { database: Database; commits: () => number; statements: Set<string> } {
  const database = openDatabase(file);
  const statements = new Set<string>();
  let commits = 0;
  return {
    commits: () => commits,
    statements,
    database: {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        statements.add(sql);
        const statement = database.prepare(sql);
        if (sql !== "COMMIT") return statement;
        const run = () => {
          commits++;
          return statement.run();
        };
        return { all: () => [], get: () => undefined, run };
      },
      close: () => database.close(),
    },
  };
}

describe("the SQLite store", () => {
  test("takes one transaction a step of a sequential run", async () => {
    const { database, commits } = watched();
    const store = createStore(database);
    let taken = 0;
    store.durability.work(async (_, scope) => {
      const before = commits();
      for (let n = 0; n < 20; n++) await step(scope, `s#${n}`);
      taken = commits() - before;
      return { status: "completed", outputs: null };
    });
    await store.durability.ended((await store.durability.start(newRun())).runId);
    expect(taken).toBe(20);
    await store.close();
  });

  test("takes two transactions for each 16 of 50 runs of one step that go side by side", async () => {
    const { database, commits } = watched();
    const store = createStore(database);
    store.durability.work(async (_, scope) => {
      await step(scope, "a");
      return { status: "completed", outputs: null };
    });
    const before = commits();
    const starts = await Promise.all(Array.from({ length: 50 }, () => store.durability.start(newRun({ flow: "g" }))));
    for (const { runId } of starts) await store.durability.ended(runId);
    // 16 at once: they are queued, and then four waves: steps end, and runs end where the next ones begin.
    expect(commits() - before).toBeLessThanOrEqual(1 + 4 * 2);
    await store.close();
  });

  test("looks through no table of runs, steps or events from end to end while it works", async () => {
    const { database, statements } = watched();
    const store = createStore(database);
    const worker = store.durability.work(async (_, scope) => {
      await step(scope, "a");
      await scope.wait("w", "go", Date.now() + 5);
      return { status: "completed", outputs: null };
    });
    for (const overflow of ["queue", "replace", "drop"] as const) {
      const { runId } = await store.durability.start(
        newRun({ flow: overflow, idempotencyKey: overflow, concurrency: { limit: 1, key: "k", overflow } }),
      );
      await store.durability.signal(runId, "go", 1);
      await store.durability.ended(runId);
      await store.durability.list({ flow: overflow, status: "failed" });
      await store.events.read({ runId });
    }
    await store.durability.list({ status: ["failed", "running"] });
    await store.durability.list();
    await worker.close();
    await store.prune();
    const plans = [...statements]
      .filter((sql) => /^\s*(SELECT|UPDATE|DELETE|INSERT|WITH)/.test(sql))
      .flatMap((sql) =>
        database
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all()
          .map((row) => `${row.detail} in ${sql}`),
      );
    expect(plans.length).toBeGreaterThan(30);
    const isScan = /^SCAN (runs|r|steps|waits|signals|events)\b(?! USING INDEX (runs_ready|sqlite_autoindex_runs_1))/;
    expect(plans.filter((plan) => isScan.test(plan))).toEqual([]);
    await store.close();
  });

  test("makes a file that only its user can read", async () => {
    const store = await openSqliteStore(file);
    await store.state.set("s", "k", "secret");
    for (const suffix of ["", "-wal"]) expect(statSync(file + suffix).mode & 0o077).toBe(0);
    await store.close();
  });

  test("says which file it cannot open", async () => {
    await expect(openSqliteStore(join(folder, "none", "pawl.db"))).rejects.toMatchObject({
      code: "store-unreadable",
      message: expect.stringContaining(join("none", "pawl.db")),
    });
  });

  test("refuses a file that is no database, and leaves it as it is", async () => {
    writeFileSync(file, "something else entirely, and longer than a header of SQLite would be. ".repeat(20));
    const before = readFileSync(file);
    await expect(openSqliteStore(file)).rejects.toBeInstanceOf(StoreError);
    expect(readFileSync(file)).toEqual(before);
  });

  test("refuses a file that a newer Pawl has written", async () => {
    await (await openSqliteStore(file)).close();
    const database = openDatabase(file);
    database.exec("UPDATE schema_version SET version = 999");
    database.close();
    await expect(openSqliteStore(file)).rejects.toBeInstanceOf(NewerSchemaError);
  });

  test("says that it is closed to whoever writes afterwards", async () => {
    const store = await openSqliteStore(file);
    await store.close();
    await store.close();
    await expect(store.durability.start(newRun())).rejects.toMatchObject({ code: "database-closed" });
    await expect(store.state.set("s", "k", 1)).rejects.toMatchObject({ code: "database-closed" });
  });
});
