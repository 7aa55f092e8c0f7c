import { join } from "node:path";
import { openSqliteStore } from "@pawl/flows";
import { openDatabase } from "@pawl/flows/sqlite";
import { expect, test } from "vitest";
import { pawl, temporaryProject } from "./pawl.ts";

const flow = "name: hello\nsteps:\n  - { id: say, uses: log.message, with: { message: hi } }\n";
const run = "01JD8Z3K5M7QX";

/** Every command that needs to know the runs of a project. */
const commands = [
  ["run", "hello"],
  ["run", "hello", "--detach"],
  ["runs"],
  ["runs", "--json"],
  ["status"],
  ["show"],
  ["show", run],
  ["logs"],
  ["logs", run, "-f"],
  ["cancel", run],
  ["approvals"],
  ["approve", run],
  ["reject", run],
  ["input", run, "a", "1"],
  ["resume"],
  ["resume", run],
  ["replay", run, "--from", "say"],
  ["prune"],
  ["doctor"],
  ["serve", "--port", "0"],
];

/** All that the file holds; SQLite itself may count in its header that somebody looked. */
function contentOf(file: string): unknown {
  const database = openDatabase(file);
  const tables = database.prepare("SELECT type, name, sql FROM sqlite_master ORDER BY name").all();
  const rows = tables
    .filter(({ type }) => type === "table")
    .map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all());
  database.close();
  return { tables, rows };
}

test("a database that a newer Pawl has written is refused by every command with one sentence, and is left as it is", async () => {
  const cwd = temporaryProject({ "flows/hello.yaml": flow });
  const file = join(cwd, ".pawl", "pawl.db");
  await (await openSqliteStore(file)).close();
  const database = openDatabase(file);
  database.exec("UPDATE schema_version SET version = 999; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const before = contentOf(file);
  for (const command of commands) {
    const ended = await pawl(command, { cwd });
    const said = ended.stdout + ended.stderr;
    expect(ended.code, `pawl ${command.join(" ")}\n${said}`).toBe(1);
    expect(said, command.join(" ")).toMatch(/pawl\.db.*newer Pawl.*schema 999.*knows up to \d+/s);
    expect(said, command.join(" ")).not.toMatch(/\n\s+at .+:\d+:\d+|not foreseen/);
  }
  // What needs no runs works all the same.
  for (const command of [["validate"], ["inspect", "hello"], ["nodes"], ["complete", "--", "show", ""]]) {
    expect((await pawl(command, { cwd })).code, command.join(" ")).toBe(0);
  }
  expect(contentOf(file)).toEqual(before);
});
