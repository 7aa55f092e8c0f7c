import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { flowsComponent, migrations } from "../../src/durability/schema.ts";
import { createEngine, openSqliteStore, type Store } from "../../src/index.ts";
import { openDatabase } from "../../src/sqlite/index.ts";
import { temporaryProject } from "../execution/flow-kit.ts";

const databases = join(import.meta.dirname, "..", "fixtures", "databases");
const written = readdirSync(databases).sort();

/** A project whose database an earlier Pawl has written and left in the middle of its work. */
async function openWritten(fixture: string): Promise<{ projectDir: string; store: Store; file: string }> {
  const projectDir = temporaryProject();
  mkdirSync(join(projectDir, ".pawl"));
  const file = join(projectDir, ".pawl", "pawl.db");
  const database = openDatabase(file);
  database.exec(readFileSync(join(databases, fixture), "utf8"));
  database.close();
  return { projectDir, file, store: await openSqliteStore(file) };
}

test("every schema before this one has a database that was written by it", () => {
  const earlier = migrations.slice(0, -1).map(({ id }) => `flows-${id}.sql`);
  expect(written).toEqual(earlier);
});

describe.each(written)("a database as %s", (fixture) => {
  test("is brought to this schema, and all that is in it can be read", async () => {
    const { store, file } = await openWritten(fixture);
    const runs = await store.durability.list();
    expect(runs.map((run) => [run.flow, run.status])).toEqual([
      ["cut", "running"],
      ["gate", "queued"],
      ["fails", "failed"],
      ["gate", "waiting"],
    ]);
    const steps = await store.durability.steps(runs[3]!.id);
    expect(steps.map((step) => [step.id, step.status, step.output])).toEqual([
      ["build[0]", "completed", { v: "a v1" }],
      ["build[1]", "completed", { v: "b v1" }],
      ["ship", "waiting", null],
    ]);
    expect((await store.events.read({ runId: runs[2]!.id })).at(-1)?.type).toBe("run-ended");
    await store.close();
    const database = openDatabase(file);
    const version = database.prepare("SELECT version FROM schema_version WHERE component = ?").get(flowsComponent);
    expect(version).toEqual({ version: migrations.at(-1)!.id });
    database.close();
  });

  test("has its runs gone on with: the waiting one, the queued one, and the one that was cut off", async () => {
    const { store, projectDir } = await openWritten(fixture);
    const marks = () => readFileSync(join(projectDir, "marks.txt"), "utf8").split(";").filter(Boolean).sort();
    const engine = createEngine({ projectDir, store });
    const runs = await store.durability.list();
    const [cut, queued, , waiting] = runs.map((run) => run.id) as [string, string, string, string];
    // So far the step that was cut off had got.
    writeFileSync(join(projectDir, "again"), "");
    const worker = engine.work();
    await store.durability.signal(waiting, "approval:ship", { decision: "approve" });
    await store.durability.signal(queued, "approval:ship", { decision: "approve" });
    for (const id of [cut, queued, waiting]) {
      expect((await store.durability.ended(id)).status, id).toBe("completed");
    }
    // `first` is not done again; its mark was made in another folder.
    expect(marks()).toEqual(["second", "shipped v1", "shipped v2", "third"]);
    await worker.close();
    await store.close();
  });
});

/** The columns of each table, after the migrations up to this one. */
function columnsAt(id: number): Map<string, string[]> {
  const database = openDatabase(":memory:");
  for (const migration of migrations) if (migration.id <= id) database.exec(migration.sql);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  const columns = database.prepare("SELECT name || ' ' || type AS text FROM pragma_table_info(?)");
  const names = tables.all().map(({ name }) => name as string);
  const found = names.map((name): [string, string[]] => [name, columns.all(name).map(({ text }) => text as string)]);
  database.close();
  return new Map(found);
}

describe("a migration takes away nothing that an older process at work needs", () => {
  test.each(migrations.slice(1))("migration $id keeps every table, and its columns in their order", ({ id }) => {
    const now = columnsAt(id);
    for (const [table, columns] of columnsAt(id - 1)) {
      expect(now.get(table)?.slice(0, columns.length), table).toEqual(columns);
    }
  });

  test("a column that is added may be left empty", () => {
    const added = migrations.flatMap(({ sql }) => sql.match(/^ALTER TABLE \w+ ADD COLUMN .*$/gm) ?? []);
    expect(added.length).toBeGreaterThan(0);
    for (const statement of added) expect(statement).not.toMatch(/NOT NULL(?!.*DEFAULT)/);
  });

  test("migration 3: events are stored, read and taken out by the statements of before, and none is lost", async () => {
    const file = join(temporaryProject(), "pawl.db");
    const older = openDatabase(file);
    older.exec(readFileSync(join(databases, "flows-2.sql"), "utf8"));
    const insert = older.prepare(
      "INSERT INTO events (run_id, record_id, flow, type, time, data) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const ofRun = older.prepare("SELECT seq FROM events WHERE seq > ? AND run_id = ? ORDER BY seq ASC LIMIT ?");
    const remove = older.prepare("DELETE FROM events WHERE run_id = ?");
    const append = (run: string) => insert.run(run, "a", null, "step-started", 1, null);
    append("before");
    const store = await openSqliteStore(file);
    append("after");
    const ofStore = async (runId: string) => (await store.events.read({ runId })).map(({ seq }) => seq);
    expect(ofRun.all(0, "before", 10)).toEqual([{ seq: 20 }]);
    expect(await ofStore("before")).toEqual([20]);
    expect(ofRun.all(0, "after", 10)).toEqual([{ seq: 21 }]);
    expect(await ofStore("after")).toEqual([21]);
    remove.run("after");
    append("later");
    expect(await ofStore("after")).toEqual([]);
    expect(await ofStore("later")).toEqual([22]);
    await store.close();
    older.close();
  });

  test("migration 3: a step that an older process goes on with has one row", async () => {
    const file = join(temporaryProject(), "pawl.db");
    const older = openDatabase(file);
    older.exec(readFileSync(join(databases, "flows-2.sql"), "utf8"));
    const save = older.prepare("INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const [run] = older.prepare("SELECT run_id AS id FROM steps WHERE status = 'running'").all() as [{ id: string }];
    const write = (id: string, position: number, status: string) =>
      save.run(
        run.id,
        id,
        id,
        position,
        status,
        null,
        null,
        null,
        1,
        status === "running" ? null : 2,
        null,
        null,
        null,
      );
    const store = await openSqliteStore(file);
    write("second", 1, "completed");
    write("third", 2, "running");
    write("third", 2, "completed");
    expect((await store.durability.steps(run.id)).map(({ id, status }) => [id, status])).toEqual([
      ["first", "completed"],
      ["second", "completed"],
      ["third", "completed"],
    ]);
    await store.close();
    older.close();
  });

  test("migration 3 gives no number again that was given before it", async () => {
    const file = join(temporaryProject(), "pawl.db");
    const older = openDatabase(file);
    older.exec(readFileSync(join(databases, "flows-2.sql"), "utf8"));
    older.exec("DELETE FROM events WHERE seq > 10");
    older.close();
    const store = await openSqliteStore(file);
    store.events.append({ type: "project-changed" });
    const events = await store.events.read({ after: 9 });
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [10, "run-started"],
      [20, "project-changed"],
    ]);
    await store.close();
  });
});
