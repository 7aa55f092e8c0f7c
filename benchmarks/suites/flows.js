import { join } from "node:path";
import { atLeast, atMost, row } from "../cases.js";
import { inFreshProcess } from "../harness/fresh-process.js";
import { measureRounds, roundsOf } from "../harness/rounds.js";

const folder = join(import.meta.dirname, "..", "subjects", "flows");

/** Durable flows. */
export async function flows({ isQuick, log }) {
  const subject = (file, ...words) => {
    return () => inFreshProcess(join(folder, `${file}.js`), [...words, ...(isQuick ? ["--quick"] : [])]);
  };
  const measured = await measureRounds(
    {
      stepsFull: subject("pawl-steps", "full"),
      commitsFull: subject("sqlite-commits", "full"),
      fdatasync: subject("fdatasync"),
      stepsNormal: subject("pawl-steps", "normal"),
      commitsNormal: subject("sqlite-commits", "normal"),
      runs: subject("pawl-runs"),
      httpRuns: subject("pawl-http-runs"),
      webhook: subject("pawl-webhook"),
      bullmq: subject("bullmq"),
      dbos: subject("dbos"),
      few: subject("pawl-stored", 100),
      many: subject("pawl-stored", 10_000),
    },
    { rounds: roundsOf(isQuick ? 1 : 5), log },
  );
  return [...stepRows(measured), ...runRows(measured), ...webhookRows(measured), ...storedRows(measured)];
}

function stepRows({ stepsFull, stepsNormal, commitsFull, commitsNormal, fdatasync }) {
  const target = ">= 70 % of the single-commit floor / >= 10 000 steps/s";
  const [full, normal, floor] = [stepsFull?.median, stepsNormal?.median, commitsFull?.median];
  return [
    row("steps", {
      figure: "FULL",
      pawl: full,
      others: { "SQLite, one commit each (floor)": floor, "write + fdatasync (floor)": fdatasync?.median },
      target,
      checks: [atLeast(full, 0.7, floor)],
    }),
    row("steps", {
      figure: "NORMAL",
      pawl: normal,
      others: { "SQLite, one commit each (floor)": commitsNormal?.median },
      target,
      checks: [normal >= 10_000],
    }),
  ];
}

function runRows({ runs, httpRuns, bullmq, dbos }) {
  const target = ">= 5 000 runs/s through the engine's API, >= 2 500 through HTTP; >= 6x DBOS";
  const others = { bullmq: bullmq?.rate.median, dbos: dbos?.rate.median };
  const [engine, http] = [runs?.median, httpRuns?.median];
  const checks = [engine >= 5_000, atLeast(engine, 6, others.dbos)];
  return [
    row("runs", { figure: "engine", pawl: engine, others, target, checks }),
    row("runs", { figure: "HTTP", pawl: http, others, target, checks: [http >= 2_500] }),
  ];
}

function webhookRows({ webhook, bullmq, dbos }) {
  const target = "<= 2 / 8 ms";
  return [
    ["p50", 2],
    ["p99", 8],
  ].map(([figure, limit]) => {
    const pawl = webhook?.[figure].median;
    const others = { bullmq: bullmq?.[figure].median, dbos: dbos?.[figure].median };
    return row("webhook", { figure, pawl, others, target, checks: [pawl <= limit] });
  });
}

function storedRows({ few, many }) {
  const target = "flat: within 1.5 x of 100 stored runs";
  return ["open", "start", "list", "claim"].map((figure) => {
    const [pawl, floor] = [many?.[figure].median, few?.[figure].median];
    return row("stored", {
      figure,
      pawl,
      others: { "pawl with 100 stored runs": floor },
      target,
      checks: [atMost(pawl, 1.5, floor)],
    });
  });
}
