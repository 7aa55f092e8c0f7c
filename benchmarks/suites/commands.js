import { join } from "node:path";
import { atLeast, atMost, row } from "../cases.js";
import { inFreshProcess } from "../harness/fresh-process.js";
import { measureRounds, roundsOf } from "../harness/rounds.js";

const folder = join(import.meta.dirname, "..", "subjects", "commands");

/** Hooks that are programs. */
export async function commands({ isQuick, log }) {
  const subject = (file, ...words) => {
    return () => inFreshProcess(join(folder, `${file}.js`), [...words, ...(isQuick ? ["--quick"] : [])]);
  };
  const measured = await measureRounds(
    {
      pawl: subject("pawl-spawned"),
      spawn: subject("raw-spawn"),
      execa: subject("execa"),
      persistent: subject("pawl-persistent"),
      blocked: subject("blocked-loop", "pawl"),
      blockedBySpawn: subject("blocked-loop", "spawn"),
    },
    { rounds: roundsOf(isQuick ? 2 : 7), log },
  );
  const ms = (name) => measured[name]?.ms.median;
  const rate = (name) => measured[name]?.rate.median;
  const blocked = (name) => measured[name]?.blockedMs.median;
  const target = "<= 1.2 x raw spawn of the same argv; < 0.5 ms of blocked event loop per call in a 500 MB process";
  const staying = "<= 0.25 ms a call one at a time; >= 20x the throughput of spawning";
  return [
    row("spawned", {
      figure: "one at a time",
      pawl: ms("pawl"),
      others: { "child_process.spawn": ms("spawn"), execa: ms("execa") },
      target,
      checks: [atMost(ms("pawl"), 1.2, ms("spawn"))],
    }),
    row("spawned", {
      figure: "event loop blocked, 500 MB process",
      pawl: blocked("blocked"),
      others: { "child_process.spawn": blocked("blockedBySpawn") },
      target,
      checks: [blocked("blocked") < 0.5],
    }),
    row("persistent", {
      figure: "one at a time",
      pawl: ms("persistent"),
      target: staying,
      checks: [ms("persistent") <= 0.25],
    }),
    row("persistent", {
      figure: "16 in flight",
      unit: "calls/s",
      better: "higher",
      pawl: rate("persistent"),
      others: { "pawl, spawned": rate("pawl"), "child_process.spawn": rate("spawn") },
      target: staying,
      checks: [atLeast(rate("persistent"), 20, rate("pawl"))],
    }),
  ];
}
