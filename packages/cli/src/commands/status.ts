import type { Flow, FlowSet, LoadedProject, RunRecord, Store } from "@pawl/flows";
import type { WorkerStatus } from "@pawl/flows/workers";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { StoredNetwork } from "@pawl/networks";
import { catalogueOf } from "../catalogue.ts";
import type { Call, Command } from "../command.ts";
import { loadProjectToRead } from "../open-project.ts";
import { plural } from "../output/diagnostics.ts";
import { shortId } from "../output/run-view.ts";
import { formatTable, formatTime } from "../output/table.ts";
import { withStore } from "../runtime.ts";
import { readBoard, type TriggerLosses } from "../server/server-board.ts";
import { storedNetworks } from "../stored-networks.ts";

const openStatuses = ["queued", "running", "waiting"] as const;
const mostCounted = 10_000;

interface FlowStatus {
  readonly name: string;
  readonly file: string | undefined;
  readonly triggers: readonly string[];
  readonly lastRun: RunRecord | undefined;
}

export const command: Command = {
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "Show how the project is: its flows, what starts them, how their last runs went, and what goes on.",
  async run(call) {
    const { existsSync } = await import("node:fs");
    const { parseFlowFiles, readFlowFiles, readKeptPlugins } = await import("@pawl/flows");
    const loaded = await loadProjectToRead(call);
    const { project } = loaded;
    const files = project.isProject ? readFlowFiles(project.dir) : [];
    const set = await parseFlowFiles(files, await catalogueOf(loaded, files));
    const plugins = brokenPlugins(loaded, Object.keys(readKeptPlugins(project)));
    const look = async (store: Store | undefined) => {
      const flows = await Promise.all([...set.flows.values()].map((flow) => statusOf(flow, store)));
      const open = (await store?.durability.list({ status: openStatuses, limit: mostCounted })) ?? [];
      const networks = await storedNetworks(project);
      const { workers = [], triggers = [], outdated = [] } = (store && (await readBoard(store))) ?? {};
      print(call, {
        dir: project.dir,
        database: project.databaseFile,
        flows,
        open,
        networks,
        set,
        plugins,
        workers,
        triggers,
        outdated,
      });
    };
    if (existsSync(project.databaseFile)) await withStore(project, look);
    else await look(undefined);
  },
};

/** Those that this command could not import, and those that a server keeps as they were. */
function brokenPlugins({ code }: LoadedProject, kept: readonly string[]): readonly BrokenPlugin[] {
  const broken = [...code.plugins].filter(([, { plugin }]) => plugin === undefined).map(([source]) => source);
  return [...new Set([...broken, ...kept])].sort().map((source) => ({ source, isKept: kept.includes(source) }));
}

async function statusOf(flow: Flow, store: Store | undefined): Promise<FlowStatus> {
  const [lastRun] = (await store?.durability.list({ flow: flow.name, limit: 1 })) ?? [];
  return { name: flow.name, file: flow.file, triggers: flow.triggers.map((trigger) => trigger.uses), lastRun };
}

interface ProjectStatus {
  readonly dir: string;
  readonly database: string;
  readonly flows: readonly FlowStatus[];
  readonly open: readonly RunRecord[];
  readonly networks: readonly StoredNetwork[];
  readonly set: FlowSet;
  readonly plugins: readonly BrokenPlugin[];
  /** Of the server that runs. */
  readonly workers: readonly WorkerStatus[];
  readonly triggers: readonly TriggerLosses[];
  readonly outdated: readonly string[];
}

/** A plugin that cannot be imported as it is now. */
interface BrokenPlugin {
  readonly source: string;
  /** A server that runs keeps what it was before. */
  readonly isKept: boolean;
}

function print(call: Call, status: ProjectStatus): void {
  const { dir, database, flows, open, networks, set, plugins, workers, triggers, outdated } = status;
  const broken = set.files.filter((file) => hasErrors(file.diagnostics));
  const counts = openStatuses.map((name) => [name, open.filter((run) => run.status === name).length] as const);
  if (call.options.json === true) {
    const shown = flows.map(({ lastRun, ...flow }) => ({ ...flow, ...(lastRun ? { lastRun: brief(lastRun) } : {}) }));
    call.terminal.json({
      project: { dir, store: database },
      flows: shown,
      broken: broken.map((file) => file.file),
      plugins,
      runs: Object.fromEntries(counts),
      networks,
      workers,
      triggers,
      outdated,
    });
    return;
  }
  const { out, colors } = call.terminal;
  out(`${colors.bold(dir)}  ${plural(flows.length, "flow")}`);
  for (const line of formatTable(flows.map(toRow))) out(`  ${line}`);
  for (const { source, isKept } of plugins) {
    const effect = isKept ? "pawl serve goes on with it as it was before" : "nothing of it is used";
    out(`  ${colors.red(`${source} is broken`)}: ${effect} · pawl doctor`);
  }
  for (const sentence of outdated) out(`  ${colors.yellow(sentence)}`);
  for (const { file } of broken) out(`  ${colors.red(`${file} has mistakes`)} · pawl validate ${file}`);
  for (const line of networkLines(networks)) out(`  ${line}`);
  for (const line of formatTable(workers.map(workerRow))) out(`  ${line}`);
  const losers = triggers.filter(({ dropped }) => dropped > 0);
  for (const line of formatTable(losers.map(lossRow))) out(`  ${colors.yellow(line)}`);
  const going = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  out(going.length === 0 ? "nothing is going on" : `${going.join(", ")} · pawl runs`);
}

function networkLines(networks: readonly StoredNetwork[]): string[] {
  const rows = networks.map(({ network, pid, waiting, deadLetters }) => [
    network,
    pid === undefined ? "does not run" : `process ${pid}`,
    waiting === 0 ? "nothing waits" : `${plural(waiting, "message")} on the way`,
    deadLetters === 0 ? "" : `${plural(deadLetters, "dead letter")} · pawl network dlq list ${network}`,
  ]);
  return formatTable(rows);
}

function workerRow({ pid, state, runs, waiting, restarts, isForSuspects }: WorkerStatus): string[] {
  const what = waiting === 0 ? plural(runs, "run") : `${plural(runs, "run")}, ${waiting} waiting`;
  const kind = isForSuspects ? "for suspects" : "";
  return [`worker ${pid ?? "?"}`, state, what, restarts === 0 ? "" : plural(restarts, "restart"), kind];
}

function lossRow({ flow, id, dropped, overflow, lastDropped }: TriggerLosses): string[] {
  const last = lastDropped ? `last ${formatTime(lastDropped.at)}: ${lastDropped.message}` : "";
  return [`${flow}/${id}`, `${plural(dropped, "event")} dropped`, `overflow: ${overflow}`, last];
}

function toRow({ name, triggers, lastRun }: FlowStatus): string[] {
  const last = lastRun ? `${lastRun.status} ${formatTime(lastRun.createdAt)} (${shortId(lastRun.id)})` : "never ran";
  return [name, triggers.join(", ") || "by hand", last];
}

function brief({ id, status, createdAt }: RunRecord): object {
  return { id, status, createdAt: new Date(createdAt).toISOString() };
}
