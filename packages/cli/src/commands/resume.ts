import type { RunRecord } from "@pawl/flows";
import { askingPeople } from "../ask-people.ts";
import type { Call, Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { flowsByName } from "../find-flow.ts";
import { findRun } from "../find-run.ts";
import { loadProjectToRun } from "../open-project.ts";
import { noteDiagnostics } from "../output/note-diagnostics.ts";
import { shortId } from "../output/run-view.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { exitCodeOf } from "./run.ts";

const mostAtOnce = 1_000;

export const command: Command = {
  arguments: [
    { name: "[run]", description: "Its id, or the beginning of it. Default: every abandoned run", complete: "run" },
  ],
  json: true,
  details:
    "Go on with a run that was cut off, from its last recorded step. A run that somebody executes is left alone.",
  examples: ["pawl resume", "pawl resume 01JD8Z3K5M7QX"],
  async run(call) {
    const loaded = await loadProjectToRun(call);
    noteDiagnostics(call.terminal, loaded);
    const runtime = await openRuntime(loaded, await flowsByName(loaded));
    try {
      const [id] = call.arguments;
      const wanted =
        id === undefined ? await abandoned(runtime) : [await takeOver(runtime, await findRun(runtime.store, id))];
      if (wanted.length === 0) call.terminal.note("No run was cut off.");
      const ended: RunRecord[] = [];
      for (const run of wanted) ended.push(await resume(call, runtime, run));
      if (call.options.json === true) await printJson(call, runtime, ended, id !== undefined);
      return worstOf(ended);
    } finally {
      await runtime.close();
    }
  },
};

/** Runs that nobody executes, oldest first. */
async function abandoned({ store }: Runtime): Promise<RunRecord[]> {
  const open = await store.durability.list({ status: ["queued", "running", "waiting"], limit: mostAtOnce });
  const answers = await Promise.all(open.map(async (run) => ({ run, answer: await mayTake(store, run) })));
  return answers
    .filter(({ answer }) => answer)
    .map(({ run }) => run)
    .reverse();
}

/** Sub-runs go on with their parents, and who waits for a person goes on when that person has answered. */
async function mayTake(store: Runtime["store"], run: RunRecord): Promise<boolean> {
  if (run.parent !== undefined || (run.status === "waiting" && run.owner === undefined)) return false;
  return (await store.durability.release(run.id)) === "released";
}

async function takeOver({ store }: Runtime, run: RunRecord): Promise<RunRecord> {
  const answer = await store.durability.release(run.id);
  if (answer === "released") return run;
  const id = shortId(run.id);
  if (answer === "ended")
    throw new CommandError(exitCodes.usage, `Run ${id} has ended: ${run.status}.`, { next: `pawl show ${id}` });
  const who = run.owner ? ` (process ${run.owner.pid} on ${run.owner.host})` : "";
  throw new CommandError(exitCodes.failed, `Run ${id} is being executed${who}; it is left alone.`, {
    next: `pawl logs ${id} -f`,
  });
}

async function resume(call: Call, runtime: Runtime, run: RunRecord): Promise<RunRecord> {
  const { store, engine } = runtime;
  const resumed = () => engine.resume(run.id, { signal: call.signal });
  if (call.options.json === true) return askingPeople(call, runtime, resumed);
  const [{ RunProgress }, { parseFlow }] = await Promise.all([
    import("../output/run-progress.ts"),
    import("@pawl/flows"),
  ]);
  const { flow } = await parseFlow(run.definition.text, { file: run.definition.file, isPartial: true });
  const progress = new RunProgress(call.terminal, store, { name: run.flow, flow });
  const ended = await askingPeople(call, runtime, resumed);
  await progress.finish(ended);
  return ended;
}

async function printJson(call: Call, { store }: Runtime, ended: readonly RunRecord[], isOne: boolean): Promise<void> {
  const { toRunReport } = await import("@pawl/flows");
  const reports = await Promise.all(ended.map(async (run) => toRunReport(run, await store.durability.steps(run.id))));
  call.terminal.json(isOne ? reports[0] : { runs: reports });
}

function worstOf(runs: readonly RunRecord[]): ExitCode {
  return runs.map(exitCodeOf).find((code) => code !== exitCodes.ok) ?? exitCodes.ok;
}
