import type { Command } from "../command.ts";
import { findRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { shortId } from "../output/run-view.ts";
import { withStore } from "../runtime.ts";

const patienceMs = 2_000;

export const command: Command = {
  arguments: [{ name: "<run>", description: "Its id, or the beginning of it", complete: "run" }],
  options: [
    { flags: "--reason <text>", description: "Kept with the run", default: "Cancelled from the command line." },
  ],
  json: true,
  details: "End a run in whatever state it is, and the programs it has started.",
  async run(call) {
    await withStore(await projectOf(call), async (store) => {
      const run = await findRun(store, call.arguments[0]!);
      const answer = await store.durability.cancel(run.id, String(call.options.reason));
      // Whoever executes it hears of it within a moment; its `finally` steps may take longer.
      const now = await store.durability
        .ended(run.id, AbortSignal.timeout(patienceMs))
        .catch(() => store.durability.get(run.id));
      const status = now?.status ?? run.status;
      if (call.options.json === true) return call.terminal.json({ run: { id: run.id, flow: run.flow, status } });
      const id = shortId(run.id);
      if (answer === "ended") call.terminal.out(`${run.flow}  run ${id} had ${status} already`);
      else if (now?.endedAt === undefined)
        call.terminal.out(`${run.flow}  run ${id} was asked to end · pawl show ${id}`);
      else call.terminal.out(`${run.flow}  run ${id} is ${status}`);
    });
  },
};
