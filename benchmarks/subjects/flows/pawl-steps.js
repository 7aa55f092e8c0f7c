import { subject } from "../../harness/subject.js";
import { flowOf, openEngine } from "./engine.js";

// Words: full or normal. Steps of one run, one after the other.
subject(async ({ words: [synchronous], isQuick }) => {
  const { engine } = await openEngine({ synchronous });
  const stepsOf = (count) =>
    Array.from({ length: count }, (_, i) => `  - { id: s${i}, uses: bench.nothing }`).join("\n");
  const long = await flowOf(`name: long\nsteps:\n${stepsOf(isQuick ? 300 : 1_000)}\n`);
  // As in a process that has been at work for a while: the code is compiled once.
  for (let round = 0; round < 3; round++) await engine.run(long);
  const begin = performance.now();
  const rounds = isQuick ? 2 : synchronous === "full" ? 3 : 8;
  for (let round = 0; round < rounds; round++) {
    const run = await engine.run(long);
    if (run.status !== "completed") throw new Error(JSON.stringify(run.error));
  }
  return ((rounds * long.steps.length) / (performance.now() - begin)) * 1_000;
});
