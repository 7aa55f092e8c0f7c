import type { Command } from "../command.ts";
import { readCount } from "../key-values.ts";
import { loadProjectToRead } from "../open-project.ts";
import { plural } from "../output/diagnostics.ts";
import { withStore } from "../runtime.ts";
import { retentionOf } from "../upkeep.ts";

export const command: Command = {
  options: [
    { flags: "--days <count>", description: "Keep runs that ended in these last days. Default: 30, failed ones 90" },
    { flags: "--runs <count>", description: "Keep at most this many runs of each flow. Default: 10000" },
  ],
  json: true,
  details:
    "Take out ended runs that are too old or too many. `pawl serve` does so by itself every hour, `pawl run` once a day, as `retention:` of each flow says.",
  async run(call) {
    const { days, runs } = call.options;
    const given = {
      ...(days === undefined ? {} : { days: readCount("--days", days), failedDays: readCount("--days", days) }),
      ...(runs === undefined ? {} : { runs: readCount("--runs", runs) }),
    };
    const loaded = await loadProjectToRead(call);
    const { flows = {} } = await retentionOf(loaded);
    const own = Object.fromEntries(Object.entries(flows).map(([name, rule]) => [name, { ...rule, ...given }]));
    const pruned = await withStore(loaded.project, (store) => store.prune({ ...given, flows: own }));
    if (call.options.json === true) call.terminal.json(pruned);
    else call.terminal.out(`${plural(pruned.runs, "run")} taken out`);
  },
};
