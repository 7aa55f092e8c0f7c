import type { EventType, LoggedEvent, RunRecord, Store } from "@pawl/flows";
import type { Call, Command } from "../command.ts";
import { findRun, latestRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { formatEvent } from "../output/event-line.ts";
import { withStore } from "../runtime.ts";

const pageSize = 500;
const followMs = 100;

export const command: Command = {
  arguments: [
    {
      name: "[run]",
      description: "Its id or the beginning of it, or a flow for its latest. Default: the latest",
      complete: "run",
    },
  ],
  options: [
    { flags: "-f, --follow", description: "Go on as the run does, until it ends" },
    { flags: "--step <id>", description: "Only this step", complete: "step" },
  ],
  json: true,
  details: "Show what a run and its programs wrote. With --json: one JSON document a line.",
  examples: ["pawl logs 01JD8Z3K5M7QX -f"],
  async run(call) {
    await withStore(await projectOf(call), async (store) => {
      const [id] = call.arguments;
      const run = id === undefined ? await latestRun(store) : await findRun(store, id);
      let after = await printAfter(call, store, run, 0);
      while (call.options.follow === true && !call.signal.aborted) {
        // Asked before reading, so that what came with the end is read too.
        const isOver = (await store.durability.get(run.id))?.endedAt !== undefined;
        after = await printAfter(call, store, run, after);
        if (isOver) return;
        await new Promise((resolve) => setTimeout(resolve, followMs));
      }
    });
  },
};

/** Prints what came after that event, and gives the last one's number. */
async function printAfter(call: Call, store: Store, run: RunRecord, after: number): Promise<number> {
  for (;;) {
    const events = await store.events.read({ runId: run.id, after, limit: pageSize });
    for (const event of events) if (isWanted(call, event)) print(call, event);
    const last = events.at(-1);
    if (last === undefined) return after;
    after = last.seq;
  }
}

function isWanted({ options }: Call, { recordId }: LoggedEvent): boolean {
  const step = options.step;
  if (typeof step !== "string") return true;
  return recordId === step || recordId?.startsWith(`${step}#`) === true || recordId?.startsWith(`${step}[`) === true;
}

const quiet: readonly EventType[] = ["step-progress"];

function print({ terminal, options }: Call, event: LoggedEvent): void {
  if (options.json === true) terminal.write(`${JSON.stringify(event)}\n`);
  else if (!quiet.includes(event.type)) for (const line of formatEvent(event, terminal)) terminal.out(line);
}
