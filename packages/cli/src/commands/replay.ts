import type { RunRecord } from "@pawl/flows";
import { askingPeople } from "../ask-people.ts";
import type { Call, Command } from "../command.ts";
import { CommandError, notFound, usageError } from "../command-error.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { flowsByName } from "../find-flow.ts";
import { findRun } from "../find-run.ts";
import { loadProjectToRun } from "../open-project.ts";
import { noteDiagnostics } from "../output/note-diagnostics.ts";
import { shortId } from "../output/run-view.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { exitCodeOf } from "./run.ts";

export const command: Command = {
  arguments: [{ name: "<run>", description: "Its id, or the beginning of it", complete: "run" }],
  options: [{ flags: "--from <step>", description: "The first step that is executed again", complete: "step" }],
  json: true,
  details:
    "Repeat an ended run from a step on, as a new run of the same definition, inputs, vars and trigger. " +
    "What was recorded before that step is reused.",
  examples: ["pawl replay 01JD8Z3K5M7QX --from publish"],
  async run(call) {
    const { from } = call.options;
    if (typeof from !== "string") throw usageError("From which step? Say it with --from STEP.", "pawl show RUN");
    const loaded = await loadProjectToRun(call);
    noteDiagnostics(call.terminal, loaded);
    const runtime = await openRuntime(loaded, await flowsByName(loaded));
    try {
      const run = await findRun(runtime.store, call.arguments[0]!);
      return await replay(call, runtime, run, from);
    } finally {
      await runtime.close();
    }
  },
};

async function replay(call: Call, runtime: Runtime, run: RunRecord, from: string): Promise<ExitCode> {
  const { store, engine } = runtime;
  const { parseFlow, toRunReport } = await import("@pawl/flows");
  const execute = () => engine.replay(run.id, from, { signal: call.signal }).catch((error) => refused(error, run));
  if (call.options.json === true) {
    const ended = await askingPeople(call, runtime, execute);
    call.terminal.json(toRunReport(ended, await store.durability.steps(ended.id)));
    return exitCodeOf(ended);
  }
  const [{ RunProgress }, { flow }] = await Promise.all([
    import("../output/run-progress.ts"),
    parseFlow(run.definition.text, { file: run.definition.file, isPartial: true }),
  ]);
  const progress = new RunProgress(call.terminal, store, { name: run.flow, flow });
  const ended = await askingPeople(call, runtime, execute);
  await progress.finish(ended);
  return exitCodeOf(ended);
}

async function refused(error: unknown, run: RunRecord): Promise<never> {
  const { ReplayError } = await import("@pawl/flows");
  if (!(error instanceof ReplayError)) throw error;
  const next = `pawl show ${shortId(run.id)}`;
  if (error.code === "unknown-step") throw notFound(error.message, next);
  throw new CommandError(exitCodes.failed, error.message, { next });
}
