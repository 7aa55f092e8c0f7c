import { join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { temporaryFolder } from "../../harness/folder.js";
import { subject } from "../../harness/subject.js";

// The floor of gateway → relay → sink on SQLite: the same rows in a bare loop, 256 messages in each transaction.
// Every message is inserted, replaced by its successor, and ends as an output; both tokens are remembered by id.
subject(async ({ isQuick }) => {
  const database = await openDatabase(join(temporaryFolder(), "floor.db"), { synchronous: "full" });
  database.exec(`
    CREATE TABLE tokens (seq INTEGER PRIMARY KEY, net INTEGER NOT NULL, edge INTEGER NOT NULL, corr TEXT NOT NULL,
      attempts INTEGER NOT NULL, due INTEGER NOT NULL, arrived INTEGER NOT NULL, head TEXT NOT NULL, data TEXT);
    CREATE TABLE seen (net INTEGER, corr TEXT, edge INTEGER, PRIMARY KEY (net, corr, edge)) WITHOUT ROWID;
    CREATE TABLE outputs (net INTEGER NOT NULL, pod TEXT NOT NULL, number INTEGER NOT NULL, corr TEXT NOT NULL,
      data TEXT NOT NULL, PRIMARY KEY (net, pod, number)) WITHOUT ROWID;`);
  const insert = database.prepare("INSERT INTO tokens VALUES (?, 1, ?, ?, 0, 0, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM tokens WHERE seq = ?");
  const see = database.prepare("INSERT OR IGNORE INTO seen VALUES (1, ?, ?)");
  const output = database.prepare("INSERT INTO outputs VALUES (1, 's', ?, ?, ?)");
  const [head, data] = ["h".repeat(60), JSON.stringify({ order: 1, note: "x".repeat(220) })];
  const group = 256;
  let last = 0;
  const transaction = (each) => {
    database.exec("BEGIN IMMEDIATE");
    for (let index = 0; index < group; index++) each(index);
    database.exec("COMMIT");
  };
  const round = (number) => {
    const first = last;
    const id = (index) => `01M7YKHW8F${String(number * group + index).padStart(16, "0")}`;
    const arrive = (index, edge) => {
      see.run(id(index), edge);
      insert.run(++last, edge, id(index), Date.now(), head, data);
    };
    transaction((index) => arrive(index, 0));
    transaction((index) => {
      remove.run(first + 1 + index);
      arrive(index, 1);
    });
    transaction((index) => {
      remove.run(first + group + 1 + index);
      output.run(number * group + index, id(index), data);
    });
  };
  // As many messages as the network is given, and as many before it is timed: SQLite is faster while its file is small.
  const [warm, rounds] = [32, isQuick ? 40 : 160];
  for (let number = 0; number < warm; number++) round(number);
  const begin = performance.now();
  for (let number = warm; number < warm + rounds; number++) round(number);
  return ((rounds * group) / (performance.now() - begin)) * 1_000;
});
