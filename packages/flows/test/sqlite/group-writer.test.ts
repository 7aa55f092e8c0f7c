import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Database,
  DatabaseClosedError,
  GroupWriter,
  openDatabase,
  stopWaitingWhenBusy,
} from "../../src/sqlite/index.ts";
import { bundle } from "../bundle.ts";

let folder: string;
let file: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pawl-writer-"));
  file = join(folder, "rows.db");
  database = openDatabase(file);
  database.exec("CREATE TABLE rows (writer TEXT, number INTEGER, PRIMARY KEY (writer, number))");
  stopWaitingWhenBusy(database);
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function insert(number: number, writer = "a"): (database: Database) => void {
  return (on) => void on.prepare("INSERT INTO rows VALUES (?, ?)").run(writer, number);
}

function numbers(on: Database = database): unknown[] {
  return on
    .prepare("SELECT number FROM rows ORDER BY number")
    .all()
    .map((row) => row.number);
}

describe("a group of writes", () => {
  test("takes one transaction for all that is asked in one turn", async () => {
    const writer = new GroupWriter(database);
    await Promise.all(Array.from({ length: 500 }, (_, number) => writer.write(insert(number))));
    expect(writer.commits).toBe(1);
    expect(numbers()).toHaveLength(500);
  });

  test("gives each caller the result of its own operation, in the order they were asked for", async () => {
    const writer = new GroupWriter(database);
    const order: number[] = [];
    const results = await Promise.all([3, 1, 2].map((n) => writer.write(() => n * order.push(n))));
    expect(results).toEqual([3, 2, 6]);
    expect(order).toEqual([3, 1, 2]);
  });

  test("ends with what was put at its end, and forgets that when it is rolled back", async () => {
    const writer = new GroupWriter(database);
    const done: string[] = [];
    const transactions = new Set<number>();
    const note = (name: string) => () => {
      transactions.add(writer.transaction);
      done.push(name);
      writer.atEnd(() => void done.push(`after ${name}`));
    };
    const failing = writer.write(() => {
      note("failed")();
      throw new Error("no");
    });
    await Promise.allSettled([failing, writer.write(note("first")), writer.write(note("last"))]);
    expect(done).toEqual(["failed", "first", "last", "after first", "after last"]);
    expect(transactions.size).toBe(2);
  });

  test("rejects only the operations that throw, and keeps nothing of what they did", async () => {
    const writer = new GroupWriter(database);
    const failing = writer.write((on) => {
      insert(100)(on);
      throw new Error("no");
    });
    const outcomes = await Promise.allSettled([
      writer.write(insert(1)),
      failing,
      writer.write(insert(1)),
      writer.write(insert(2)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(numbers()).toEqual([1, 2]);
  });

  test("resolves only after the commit, so that another connection sees the rows", async () => {
    const writer = new GroupWriter(database);
    const other = openDatabase(file);
    await writer.write(insert(7));
    expect(numbers(other)).toEqual([7]);
    other.close();
  });

  test("lets what is appended ride on the next transaction", async () => {
    const writer = new GroupWriter(database, { appendDelayMs: 60_000 });
    writer.append(insert(1));
    writer.append(insert(2));
    await writer.write(insert(3));
    expect(writer.commits).toBe(1);
    expect(numbers()).toEqual([1, 2, 3]);
  });

  test("writes what is appended by itself after its delay", async () => {
    const writer = new GroupWriter(database, { appendDelayMs: 5 });
    writer.append(insert(1));
    expect(numbers()).toEqual([]);
    await expect.poll(() => numbers()).toEqual([1]);
  });

  test("tells of an appended operation that failed, and of nobody else's", async () => {
    const errors: unknown[] = [];
    const writer = new GroupWriter(database, { onAppendError: (error) => errors.push(error) });
    writer.append(() => {
      throw new Error("appended");
    });
    await writer.write(insert(1));
    expect(errors).toMatchObject([{ message: "appended" }]);
    expect(numbers()).toEqual([1]);
  });

  test("flush waits for what was written and appended, close refuses what comes later", async () => {
    const writer = new GroupWriter(database, { appendDelayMs: 60_000 });
    writer.append(insert(1));
    await writer.flush();
    expect(numbers()).toEqual([1]);
    const late = writer.write(insert(2));
    writer.append(insert(3));
    await writer.close();
    await late;
    expect(numbers()).toEqual([1, 2, 3]);
    await expect(writer.write(insert(4))).rejects.toBeInstanceOf(DatabaseClosedError);
    writer.append(insert(5));
    await writer.flush();
    expect(numbers()).toEqual([1, 2, 3]);
  });

  test("waits for another writer without blocking the event loop", async () => {
    const writer = new GroupWriter(database);
    const other = openDatabase(file);
    other.exec("BEGIN IMMEDIATE");
    const written = writer.write(insert(1));
    const begin = performance.now();
    for (let turn = 0; turn < 40; turn++) await delay(1);
    expect(numbers()).toEqual([]);
    // Waiting inside SQLite would take its 5 s; a busy machine makes turns slow, but not so slow.
    expect(performance.now() - begin).toBeLessThan(4_000);
    other.exec("COMMIT");
    await written;
    expect(numbers()).toEqual([1]);
    other.close();
  });

  test("keeps the order of writes when the database was busy", async () => {
    const writer = new GroupWriter(database);
    const other = openDatabase(file);
    const order: string[] = [];
    other.exec("BEGIN IMMEDIATE");
    const first = writer.write(() => void order.push("first"));
    await delay(5);
    const second = writer.write(() => void order.push("second"));
    other.exec("ROLLBACK");
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    other.close();
  });
});

describe("a writer that is killed", () => {
  let program: string;
  const children = new Set<ReturnType<typeof spawn>>();

  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    if (program) rmSync(dirname(program), { recursive: true });
  });

  /** Lets a writer go on for a while, kills it, and gives the numbers it said were safe. */
  async function writeAndKill(name: string, ms: number): Promise<number[]> {
    const child = spawn(process.execPath, [program, file, name], { stdio: ["ignore", "pipe", "inherit"] });
    children.add(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    await once(child.stdout, "data");
    await delay(ms);
    child.kill("SIGKILL");
    await once(child, "close");
    children.delete(child);
    return output.split("\n").slice(0, -1).map(Number);
  }

  test("has lost no row it acknowledged, alone and beside another writer", async () => {
    program = await bundle(join(import.meta.dirname, "..", "fixtures", "writes-until-killed.ts"));
    let acknowledged = 0;
    for (let round = 0; round < 6; round++) {
      const names = round % 2 === 0 ? [`one-${round}`] : [`left-${round}`, `right-${round}`];
      const lists = await Promise.all(names.map((name) => writeAndKill(name, 5 + Math.random() * 60)));
      const reader = openDatabase(file);
      expect(reader.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      for (const [index, name] of names.entries()) {
        const rows = reader.prepare("SELECT number FROM rows WHERE writer = ?").all(name);
        const stored = new Set(rows.map((row) => row.number));
        expect(lists[index]!.filter((number) => !stored.has(number))).toEqual([]);
        acknowledged += lists[index]!.length;
      }
      reader.close();
    }
    expect(acknowledged).toBeGreaterThan(100);
  });
});
