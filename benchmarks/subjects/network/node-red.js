import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import RED from "node-red";
import { temporaryFolder } from "../../harness/folder.js";
import { subject } from "../../harness/subject.js";

const pass = (id, next) => {
  return { id, z: "tab", x: 1, y: 1, type: "function", name: id, func: "return msg;", outputs: 1, wires: [[next]] };
};
const send = `global.get("bench").send = (count, payload) => {
  for (let sent = 0; sent < count; sent++) node.send({ payload });
};`;
const receive = 'global.get("bench").receive();';
const flows = [
  { id: "tab", type: "tab", label: "bench" },
  { ...pass("from", "f1"), initialize: send },
  pass("f1", "f2"),
  pass("f2", "f3"),
  pass("f3", "f4"),
  { ...pass("f4"), func: receive, wires: [[]] },
];

// Node-RED inside this process: four function nodes in a row, no HTTP, nothing kept.
subject(async ({ isQuick }) => {
  const bench = { received: 0, count: 0, done: () => {} };
  bench.receive = () => {
    if (++bench.received === bench.count) bench.done();
  };
  const userDir = temporaryFolder();
  writeFileSync(join(userDir, "flows.json"), JSON.stringify(flows));
  RED.init(createServer(), {
    httpAdminRoot: false,
    httpNodeRoot: false,
    userDir,
    flowFile: "flows.json",
    credentialSecret: false,
    functionGlobalContext: { bench },
    logging: { console: { level: "off", metrics: false, audit: false } },
  });
  await RED.start();
  for (const until = Date.now() + 20_000; bench.send === undefined; ) {
    if (Date.now() > until) throw new Error("Node-RED did not start its flow");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const all = (count) =>
    new Promise((resolve) => {
      const begin = performance.now();
      Object.assign(bench, { received: 0, count });
      bench.done = () => resolve((count / (performance.now() - begin)) * 1_000);
      bench.send(count, { order: 1, note: "x".repeat(220) });
    });
  await all(500);
  return all(isQuick ? 6_000 : 60_000);
});
