import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Migration, migrate, NewerSchemaError, openDatabase } from "../../src/sqlite/index.ts";

const first: Migration = { id: 1, sql: "CREATE TABLE a (x)" };
const second: Migration = { id: 2, sql: "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)" };
const broken: Migration = { id: 2, sql: "CREATE TABLE b (x); CREATE TABLE a (again)" };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pawl-migrate-"));
  file = join(folder, "some.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("migrations", () => {
  test("are applied once each, in order, by component", () => {
    const database = openDatabase(file);
    migrate(database, "one", [first]);
    migrate(database, "one", [first, second]);
    migrate(database, "one", [first, second]);
    migrate(database, "other", [{ id: 1, sql: "CREATE TABLE c (x)" }]);
    expect(database.prepare("SELECT * FROM a").all()).toEqual([{ x: 1, y: 2 }]);
    const versions = database.prepare("SELECT component, version FROM schema_version ORDER BY component").all();
    expect(versions).toEqual([
      { component: "one", version: 2 },
      { component: "other", version: 1 },
    ]);
    database.close();
  });

  test("leave nothing behind when one of them fails", () => {
    const database = openDatabase(file);
    migrate(database, "one", [first]);
    expect(() => migrate(database, "one", [first, broken])).toThrow();
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'b'").all()).toEqual([]);
    migrate(database, "one", [first, second]);
    expect(database.prepare("SELECT count(*) AS n FROM a").get()).toEqual({ n: 1 });
    database.close();
  });

  test("refuse a file that a newer Pawl has written, and change nothing in it", () => {
    const database = openDatabase(file);
    migrate(database, "one", [first, second]);
    expect(() => migrate(database, "one", [first])).toThrow(NewerSchemaError);
    expect(database.prepare("SELECT version FROM schema_version").get()).toEqual({ version: 2 });
    database.close();
  });

  test("are safe when two processes open a new file at once", () => {
    const databases = [openDatabase(file), openDatabase(file)];
    for (const database of databases) migrate(database, "one", [first, second]);
    expect(databases[0]!.prepare("SELECT count(*) AS n FROM a").get()).toEqual({ n: 1 });
    for (const database of databases) database.close();
  });
});
