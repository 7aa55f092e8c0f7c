import { describeLoad, describeMachine } from "./harness/machine.js";
import { writeResults } from "./harness/results.js";
import { printTable } from "./harness/table.js";

/** Loaded when asked for, so that a suite without its peers does not stop the others. */
const suites = {
  hooks: async () => (await import("./suites/hooks.js")).hooks,
  commands: async () => (await import("./suites/commands.js")).commands,
  flows: async () => (await import("./suites/flows.js")).flows,
  network: async () => (await import("./suites/network.js")).network,
  startup: async () => (await import("./suites/startup.js")).startup,
};

export const suiteNames = Object.keys(suites);

/** Runs suites one after another; rows on stdout (one JSON array with `isJson`), everything else on stderr. */
export async function runSuites(names, { isJson, isQuick, isWriting }) {
  const log = (text) => process.stderr.write(`${text}\n`);
  log(describeMachine());
  const rows = [];
  for (const name of names) {
    log(`${name}: ${describeLoad()}${isQuick ? ", quick: to see that it works, not for its numbers" : ""}`);
    const suite = await suites[name]();
    const load = describeLoad();
    const measured = await suite({ isQuick, log: (text) => log(`${name}: ${text}`) });
    if (isWriting) writeResults(name, measured, { isQuick, load });
    rows.push(...measured);
  }
  log(describeLoad());
  if (isJson) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else printTable(rows);
  return rows;
}
