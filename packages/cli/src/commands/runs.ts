import type { RunFilter, RunRecord, RunStatus } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { formatDuration } from "@pawl/hooks/guard";
import type { Call, Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { readCount } from "../key-values.ts";
import { projectOf } from "../open-project.ts";
import { shortId } from "../output/run-view.ts";
import { cut, oneLine } from "../output/summary.ts";
import { formatTable, formatTime } from "../output/table.ts";
import { withStore } from "../runtime.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "waiting", "completed", "failed", "cancelled"];

export const command: Command = {
  options: [
    { flags: "--flow <name>", description: "Only runs of this flow", complete: "flow" },
    { flags: "--status <status>", description: `Only runs that are ${statuses.join(", ")}` },
    { flags: "--limit <count>", description: "How many, newest first", default: "20" },
  ],
  json: true,
  details: "List runs, newest first.",
  examples: ["pawl runs --flow deploy --status failed"],
  async run(call) {
    const filter = filterOf(call);
    const runs = await withStore(await projectOf(call), (store) => store.durability.list(filter));
    if (call.options.json === true) return call.terminal.json({ runs: runs.map(toJson) });
    if (runs.length === 0) return call.terminal.out("No runs. pawl run FLOW starts one.");
    for (const line of formatTable(runs.map((run) => toRow(run, call)))) call.terminal.out(line);
  },
};

function filterOf({ options }: Call): RunFilter {
  const { flow, status } = options;
  if (typeof status === "string" && !statuses.includes(status as RunStatus)) {
    throw usageError(`No run is "${status}".${didYouMean(status, statuses)} Statuses: ${statuses.join(", ")}.`);
  }
  return {
    limit: readCount("--limit", options.limit),
    ...(typeof flow === "string" ? { flow } : {}),
    ...(typeof status === "string" ? { status: status as RunStatus } : {}),
  };
}

export function durationOf(run: RunRecord): number | null {
  return run.startedAt === undefined ? null : (run.endedAt ?? Date.now()) - run.startedAt;
}

function toRow(run: RunRecord, { terminal }: Call): string[] {
  const took = durationOf(run);
  const why = run.error === undefined ? `${run.trigger.type}` : `${run.error.code}: ${oneLine(run.error.message)}`;
  return [
    shortId(run.id),
    run.flow,
    run.status,
    formatTime(run.createdAt),
    took === null ? "" : formatDuration(took),
    cut(why, Math.max(20, terminal.width - 60)),
  ];
}

function toJson(run: RunRecord): object {
  const { id, flow, status, error, outputs, createdAt, startedAt, endedAt, trigger } = run;
  return {
    id,
    flow,
    status,
    ...(error === undefined ? {} : { error }),
    outputs: outputs ?? {},
    durationMs: durationOf(run),
    trigger: trigger.type,
    createdAt: new Date(createdAt).toISOString(),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
  };
}
