import { join } from "node:path";
import { atLeast, atMost, row } from "../cases.js";
import { inFreshProcess } from "../harness/fresh-process.js";
import { measureRounds, roundsOf } from "../harness/rounds.js";

const folder = join(import.meta.dirname, "..", "subjects", "dispatch");
const main = join(import.meta.dirname, "..", "harness", "calls-main.js");

/** What is timed: a file of `subjects/dispatch` and how many hooks (or subjects) it gets. */
const timed = [
  ["pawl-guard", 0],
  ["pawl-guard", 1],
  ["pawl-guard", 10],
  ["inline-loop", 10],
  ["tapable", 10],
  ["hookable", 1],
  ["hookable", 10],
  ["emittery", 10],
  ["pawl-guard-async", 1],
  ["opossum", 1],
  ["cockatiel", 1],
  ["pawl-matchers", 1],
  ["pawl-matchers", 4096],
  ["inline-patterns", 1],
  ["pawl-registry", 0],
  ["pawl-registry", 1],
  ["pawl-registry", 10],
];

/** Calls inside one process, each subject in a fresh one. */
export async function hooks({ isQuick, log }) {
  const subjects = Object.fromEntries(
    timed.map(([file, count]) => {
      const args = [join(folder, `${file}.js`), count, ...(isQuick ? ["--quick"] : [])];
      return [`${file} ${count}`, () => inFreshProcess(main, args)];
    }),
  );
  const measured = await measureRounds(subjects, { rounds: roundsOf(isQuick ? 2 : 7), log });
  const ns = (name) => measured[name]?.median;
  return [...dispatchRows(ns), ...asyncRows(ns), ...matcherRows(ns), ...registryRows(ns)];
}

function dispatchRows(ns) {
  const [none, one, ten] = [ns("pawl-guard 0"), ns("pawl-guard 1"), ns("pawl-guard 10")];
  const target = "<= 15 / 50 / 200 ns; at 10 faster than hookable and emittery, within 16x of tapable";
  const [hookable, emittery, tapable] = [ns("hookable 10"), ns("emittery 10"), ns("tapable 10")];
  return [
    row("dispatch", { figure: "0 hooks", pawl: none, target, checks: [none <= 15] }),
    row("dispatch", {
      figure: "1 hook",
      pawl: one,
      others: { hookable: ns("hookable 1") },
      target,
      checks: [one <= 50],
    }),
    row("dispatch", {
      figure: "10 hooks",
      pawl: ten,
      others: { hookable, emittery, tapable, "inline loop (floor)": ns("inline-loop 10") },
      target,
      checks: [ten <= 200, atMost(ten, 1, hookable), atMost(ten, 1, emittery), atMost(ten, 16, tapable)],
    }),
  ];
}

function asyncRows(ns) {
  const pawl = ns("pawl-guard-async 1");
  const [opossum, cockatiel] = [ns("opossum 1"), ns("cockatiel 1")];
  return [
    row("asyncDispatch", {
      pawl,
      others: { opossum, cockatiel },
      target: "<= 3 µs; faster than opossum, >= 10x faster than cockatiel",
      checks: [pawl <= 3_000, atMost(pawl, 1, opossum), atLeast(cockatiel ?? Number.POSITIVE_INFINITY, 10, pawl)],
    }),
  ];
}

function matcherRows(ns) {
  const [seen, fresh] = [ns("pawl-matchers 1"), ns("pawl-matchers 4096")];
  const others = { "ten regexes (floor)": ns("inline-patterns 1") };
  const target = "<= 0.5 µs on a subject seen before, <= 5 µs on a new one";
  return [
    row("matchers", { figure: "seen before", pawl: seen, others, target, checks: [seen <= 500] }),
    row("matchers", { figure: "new", pawl: fresh, others, target, checks: [fresh <= 5_000] }),
  ];
}

function registryRows(ns) {
  const target = "<= 0.3 / 2 / 12 µs";
  return [
    [0, 300],
    [1, 2_000],
    [10, 12_000],
  ].map(([count, limit]) => {
    const pawl = ns(`pawl-registry ${count}`);
    return row("registry", { figure: `${count} hooks`, pawl, target, checks: [pawl <= limit] });
  });
}
