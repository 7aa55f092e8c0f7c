import { join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { temporaryFolder } from "../../harness/folder.js";
import { subject } from "../../harness/subject.js";

// Words: full or normal. The floor: one row of 200 bytes per transaction, nothing else.
subject(async ({ words: [synchronous], isQuick }) => {
  const database = await openDatabase(join(temporaryFolder(), "floor.db"), { synchronous });
  database.exec("CREATE TABLE steps (id INTEGER PRIMARY KEY, data TEXT) STRICT");
  const insert = database.prepare("INSERT INTO steps (data) VALUES (?)");
  const text = "x".repeat(200);
  const one = () => {
    database.exec("BEGIN IMMEDIATE");
    insert.run(text);
    database.exec("COMMIT");
  };
  for (let index = 0; index < 100; index++) one();
  const count = isQuick ? 600 : synchronous === "full" ? 4_000 : 20_000;
  const begin = performance.now();
  for (let index = 0; index < count; index++) one();
  return (count / (performance.now() - begin)) * 1_000;
});
