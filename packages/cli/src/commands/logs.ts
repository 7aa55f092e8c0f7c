import type { Project, Store } from "@pawl/flows";
import type { NetworkEvents } from "@pawl/networks";
import type { Call, Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { findRun } from "../find-run.ts";
import { readCount } from "../key-values.ts";
import { type Cursor, parseCursor } from "../log/cursor.ts";
import type { ProjectEvent } from "../log/project-event.ts";
import { type LogFilter, type LogPage, ProjectLog } from "../log/project-log.ts";
import { toldNetworks } from "../log/told-networks.ts";
import { projectOf } from "../open-project.ts";
import { formatEvent } from "../output/event-line.ts";
import { withStore } from "../runtime.ts";
import { storedNetworkEvents } from "../stored-networks.ts";
import { transportOptions } from "./network/transport.ts";

const followMs = 100;
const mostLines = 10_000;

export const command: Command = {
  arguments: [
    {
      name: "[run]",
      description: "Its id or the beginning of it, or a flow for its latest. Default: everything in the project",
      complete: "run",
    },
  ],
  options: [
    { flags: "-f, --follow", description: "Go on as things happen; of a run, until it ends" },
    { flags: "--run <run>", description: "The same as naming it", complete: "run" },
    { flags: "--step <id>", description: "Only this step", complete: "step" },
    { flags: "--network <name>", description: "Only what happens in this network" },
    { flags: "--pod <id>", description: "Only what happens at this pod" },
    { flags: "-n, --lines <count>", description: "Without a run: how many of the newest events", default: "100" },
    { flags: "--after <cursor>", description: "Only what came after it, however much: a cursor that --json printed" },
    ...transportOptions,
  ],
  json: true,
  details:
    "Show what happens in the project, of runs, their steps, hooks and programs, and of networks and their pods, in one " +
    "order; or what one run and its programs wrote. With --json: one JSON document a line.",
  examples: [
    "pawl logs -f",
    "pawl logs 01JD8Z3K5M7QX",
    "pawl logs --network fulfilment --pod ship",
    "pawl logs -f --transport nats://localhost:4222",
  ],
  async run(call) {
    const project = await projectOf(call);
    await withStore(project, async (store) => {
      const log = new ProjectLog(store.events, await networksOf(call, project));
      try {
        await show(call, store, log);
      } finally {
        await log.close();
      }
    });
  },
};

/** A run tells nothing of them, and waits for no server. */
async function networksOf(call: Call, project: Project): Promise<NetworkEvents> {
  const isOfRun = (call.arguments[0] ?? call.options.run) !== undefined;
  return isOfRun ? storedNetworkEvents(project) : toldNetworks(call, project);
}

async function show(call: Call, store: Store, log: ProjectLog): Promise<void> {
  const filter = await filterOf(call, store);
  const { runId } = filter;
  const lines = Math.min(readCount("--lines", call.options.lines), mostLines);
  const flowOf = flowsByRun(store);
  const print = async ({ events }: LogPage): Promise<void> => {
    for (const event of events) if (isWanted(call, event)) await printEvent(call, event, runId ? undefined : flowOf);
  };
  const after = afterOf(call);
  let page = await (runId === undefined && after === undefined ? log.latest(filter, lines) : log.read(filter, after));
  await print(page);
  if (page.events.length === 0 && after === undefined && call.options.follow !== true) {
    call.terminal.note(sayNothing(filter));
  }
  for (;;) {
    // Asked before reading, so that what came with the end is read too.
    const isLast = call.options.follow !== true || (await hasEnded(store, runId));
    do {
      page = await log.read(filter, page.cursor);
      await print(page);
    } while (page.hasMore && !call.signal.aborted);
    if (isLast || call.signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, followMs));
  }
}

function sayNothing({ network, pod }: LogFilter): string {
  const where = [pod && `the pod "${pod}"`, network && `the network "${network}"`].filter(Boolean).join(" of ");
  return `The log has nothing${where === "" ? "" : ` of ${where}`} yet.`;
}

function afterOf({ options }: Call): Cursor | undefined {
  if (typeof options.after !== "string") return undefined;
  const cursor = parseCursor(options.after);
  if (cursor !== undefined) return cursor;
  throw usageError(`--after is the cursor of an event, such as f12.n40; "${options.after}" came.`, "pawl logs --json");
}

async function hasEnded(store: Store, runId: string | undefined): Promise<boolean> {
  return runId !== undefined && (await store.durability.get(runId))?.endedAt !== undefined;
}

async function filterOf({ arguments: [named], options }: Call, store: Store): Promise<LogFilter> {
  const run = named ?? options.run;
  const network = typeof options.network === "string" ? options.network : undefined;
  const pod = typeof options.pod === "string" ? options.pod : undefined;
  if (run === undefined) return { network, pod };
  if (network !== undefined || pod !== undefined) {
    const message = "Either a run is shown or a network: pods belong to no run.";
    throw usageError(message, `pawl trace ${String(run)}`);
  }
  return { runId: (await findRun(store, String(run))).id };
}

function isWanted({ options }: Call, { recordId }: ProjectEvent): boolean {
  const step = options.step;
  if (typeof step !== "string") return true;
  return recordId === step || recordId?.startsWith(`${step}#`) === true || recordId?.startsWith(`${step}[`) === true;
}

type FlowOf = (runId: string) => Promise<string | undefined>;

/** The flow of each run; what happens in a step does not say it. */
function flowsByRun({ durability }: Store): FlowOf {
  const known = new Map<string, string | undefined>();
  return async (runId) => {
    if (known.size > 1_000) known.clear();
    if (!known.has(runId)) known.set(runId, (await durability.get(runId))?.flow);
    return known.get(runId);
  };
}

/** Of everything, each line says whose it is. */
async function printEvent({ terminal, options }: Call, event: ProjectEvent, flowOf: FlowOf | undefined): Promise<void> {
  if (options.json === true) return terminal.write(`${JSON.stringify(event)}\n`);
  if (event.type === "step-progress") return;
  const flow = event.flow ?? (event.runId === undefined ? undefined : await flowOf?.(event.runId));
  const owner = flowOf === undefined ? undefined : { flow };
  for (const line of formatEvent(event, terminal, owner)) terminal.out(line);
}
