import { summary } from "./statistics.js";

/** How often to measure; `PAWL_BENCH_ROUNDS` is for trying a suite out. */
export function roundsOf(usual) {
  return Number(process.env.PAWL_BENCH_ROUNDS ?? usual);
}

/**
 * Measures every subject once per round, one after another, so that a change of the machine's load meets all of them.
 * `subjects` maps a name to a function that gives a number, or an object of numbers. A subject that fails is named on
 * stderr and left out of the answer: the others go on.
 * @returns for each name a summary of its numbers; for objects, one summary per key
 */
export async function measureRounds(subjects, { rounds, log }) {
  const samples = new Map();
  const failed = new Set();
  for (let round = 1; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) {
      if (failed.has(name)) continue;
      try {
        const value = await measure();
        samples.set(name, [...(samples.get(name) ?? []), value]);
      } catch (error) {
        failed.add(name);
        log(`${name} could not be measured: ${error.message}`);
      }
    }
    log(`round ${round} of ${rounds}`);
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, summaryOf(values)]));
}

function summaryOf(values) {
  if (typeof values[0] === "number") return summary(values);
  const keys = Object.keys(values[0]).filter((key) => typeof values[0][key] === "number");
  return Object.fromEntries(keys.map((key) => [key, summary(values.map((value) => value[key]))]));
}
