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

test("no migration takes anything away: an older process that is still at work goes on", () => {
  for (const { id, sql } of migrations) {
    const statements = sql
      .split(";")
      .map((statement) => statement.trim())
      .filter(Boolean);
    for (const statement of statements) {
      expect(statement, `migration ${id}`).toMatch(/^(CREATE (TABLE|(UNIQUE )?INDEX)|ALTER TABLE \w+ ADD COLUMN)\b/);
      if (statement.startsWith("ALTER")) expect(statement).not.toMatch(/NOT NULL(?!.*DEFAULT)/);
    }
  }
});
