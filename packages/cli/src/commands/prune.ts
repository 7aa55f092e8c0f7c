import type { Flow } from "@pawl/flows";
import { catalogueOf } from "../catalogue.ts";
import type { Command } from "../command.ts";
import { readCount } from "../key-values.ts";
import { loadProjectToRead } from "../open-project.ts";
import { plural } from "../output/diagnostics.ts";
import { withStore } from "../runtime.ts";

export const command: Command = {
  options: [
    { flags: "--days <count>", description: "Keep runs that ended in these last days. Default: 30, failed ones 90" },
    { flags: "--runs <count>", description: "Keep at most this many runs of each flow. Default: 10000" },
  ],
  json: true,
  details:
    "Take out ended runs that are too old or too many. `pawl serve` does so by itself, as `retention:` of each flow says.",
  async run(call) {
    const { parseFlowFiles, readFlowFiles } = await import("@pawl/flows");
    const { days, runs } = call.options;
    const given = {
      ...(days === undefined ? {} : { days: readCount("--days", days), failedDays: readCount("--days", days) }),
      ...(runs === undefined ? {} : { runs: readCount("--runs", runs) }),
    };
    const loaded = await loadProjectToRead(call);
    const files = loaded.project.isProject ? readFlowFiles(loaded.project.dir) : [];
    const { flows } = await parseFlowFiles(files, await catalogueOf(loaded, files));
    const own = Object.fromEntries([...flows.values()].map((flow) => [flow.name, ruleOf(flow, given)]));
    const pruned = await withStore(loaded.project, (store) => store.prune({ ...given, flows: own }));
    if (call.options.json === true) call.terminal.json(pruned);
    else call.terminal.out(`${plural(pruned.runs, "run")} taken out`);
  },
};

/** What the flow says for itself, unless the command line says otherwise. */
function ruleOf({ retention }: Flow, given: { readonly days?: number; readonly runs?: number }): Flow["retention"] {
  return { days: given.days ?? retention.days, runs: given.runs ?? retention.runs };
}
