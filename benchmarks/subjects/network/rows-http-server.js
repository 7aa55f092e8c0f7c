import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { temporaryFolder } from "../../harness/folder.js";

// The floor of a durable answer: a bare server that writes the rows of a message which a sink keeps. All requests of a
// turn of the event loop share a transaction, and are answered after it.
const database = openDatabase(join(temporaryFolder(), "floor.db"), { synchronous: "full" });
database.exec(`
  CREATE TABLE seen (net INTEGER, corr TEXT, edge INTEGER, entry INTEGER, PRIMARY KEY (net, corr, edge)) WITHOUT ROWID;
  CREATE TABLE outputs (net INTEGER NOT NULL, pod TEXT NOT NULL, number INTEGER NOT NULL, corr TEXT NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (net, pod, number)) WITHOUT ROWID;
  CREATE TABLE history (seq INTEGER PRIMARY KEY, entries TEXT NOT NULL);`);
const see = database.prepare("INSERT OR IGNORE INTO seen VALUES (1, ?, 0, ?)");
const output = database.prepare("INSERT INTO outputs VALUES (1, 'end', ?, ?, ?)");
const tell = database.prepare("INSERT INTO history VALUES (?, ?)");
let number = 0;
let waiting = [];

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const data = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    waiting.push({ id: `${timeText()}${randomUUID().slice(14)}`, data, response });
    if (waiting.length === 1) setImmediate(commit);
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));

/** Ids sort by time, as those of a network do. */
function timeText() {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-`;
}

function commit() {
  const group = waiting;
  waiting = [];
  const now = Date.now();
  const entries = [];
  database.exec("BEGIN IMMEDIATE");
  for (const { id, data } of group) {
    number++;
    see.run(id, 2 * number - 1);
    output.run(number, id, data);
    entries.push(`[1,"intake","${id}",${now},0.01,1,"sent",null],[1,"end","${id}",${now},0,1,"done",null]`);
  }
  tell.run(2 * number, `[${entries.join(",")}]`);
  database.exec("COMMIT");
  for (const { id, response } of group) answer(id, response);
}

function answer(id, response) {
  const body = JSON.stringify({ id, correlationId: id, status: "accepted" });
  const headers = { "content-type": "application/json", location: `/runs/${id}` };
  response.writeHead(202, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
