import { join } from "node:path";
import { atLeast, row } from "../cases.js";
import { inFreshProcess } from "../harness/fresh-process.js";
import { measureRounds, roundsOf } from "../harness/rounds.js";

const folder = join(import.meta.dirname, "..", "subjects", "network");

/** Networks of pods. */
export async function network({ isQuick, log }) {
  const subject = (file, ...words) => {
    return () => inFreshProcess(join(folder, `${file}.js`), [...words, ...(isQuick ? ["--quick"] : [])]);
  };
  const measured = await measureRounds(
    {
      memory: subject("pawl-network", "memory", "line", 300_000),
      natsCore: subject("nats-core"),
      sqlite: subject("pawl-network", "sqlite", "line", 40_000),
      sqliteRows: subject("sqlite-rows"),
      nodeRed: subject("node-red"),
      fan: subject("pawl-network", "sqlite", "fan", 10_000),
      nats: subject("pawl-network", "nats", "passing", 30_000),
      natsLoop: subject("nats-loop"),
      natsProcesses: subject("nats-processes", "pawl"),
      natsLoopProcesses: subject("nats-processes", "loop"),
      natsKept: subject("pawl-network", "nats", "line", 30_000),
      natsLoopKept: subject("nats-loop", "keeps"),
      trigger: subject("http-trigger", "pawl"),
      bareHttp: subject("http-trigger", "bare"),
      rowsHttp: subject("http-trigger", "rows"),
    },
    { rounds: roundsOf(isQuick ? 1 : 5), log },
  );
  const rate = (name) => measured[name]?.median;
  return rowsOf(rate);
}

function rowsOf(rate) {
  return [
    row("memory", {
      pawl: rate("memory"),
      others: { "NATS core, publish → subscribe": rate("natsCore") },
      target: ">= 150 000 messages/s",
      checks: [rate("memory") >= 150_000],
    }),
    row("pipeline", {
      pawl: rate("sqlite"),
      others: { "SQLite, the same rows (floor)": rate("sqliteRows"), "Node-RED, nothing kept": rate("nodeRed") },
      target: ">= 12 500 messages/s and >= 50 % of the bare SQLite loop of the same rows",
      checks: [rate("sqlite") >= 12_500, atLeast(rate("sqlite"), 0.5, rate("sqliteRows"))],
    }),
    row("fanOut", { pawl: rate("fan"), target: ">= 3 000 correlations/s", checks: [rate("fan") >= 3_000] }),
    natsRow("three processes", rate("natsProcesses"), rate("natsLoopProcesses")),
    natsRow("one process, s is a terminator", rate("nats"), rate("natsLoop")),
    natsRow("one process, s is a sink, which keeps what it received", rate("natsKept"), rate("natsLoopKept")),
    row("trigger", {
      pawl: rate("trigger"),
      others: {
        "node:http, nothing kept (floor)": rate("bareHttp"),
        "node:http, the same rows in groups (floor)": rate("rowsHttp"),
      },
      target: ">= 65 % of bare node:http, each answer durable",
      checks: [atLeast(rate("trigger"), 0.65, rate("bareHttp"))],
    }),
  ];
}

function natsRow(figure, pawl, loop) {
  return row("nats", {
    figure,
    pawl,
    others: { "hand-tuned JetStream loop": loop },
    target: ">= 80 % of a hand-tuned loop with the same client and the same guarantees",
    checks: [atLeast(pawl, 0.8, loop)],
  });
}
