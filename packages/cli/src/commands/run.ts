import type { Flow, RunRecord } from "@pawl/flows";
import { askingPeople } from "../ask-people.ts";
import { completeInputs } from "../collect-inputs.ts";
import type { Call, Command } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type FoundFlow, findFlow } from "../find-flow.ts";
import { readPairs } from "../key-values.ts";
import { noteDiagnostics } from "../output/note-diagnostics.ts";
import { shortId } from "../output/run-view.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { commandEveryMs, retentionOf } from "../upkeep.ts";

export const command: Command = {
  arguments: [{ name: "<flow>", description: "Name of a flow, or a file", complete: "flow" }],
  options: [
    { flags: "-i, --input <name=value>", description: "An input of the flow; may be repeated", isList: true },
    { flags: "--var <name=value>", description: "A value for `vars`; may be repeated", isList: true },
    { flags: "--dry-run", description: "Check the flow and its inputs, and show what would run" },
    { flags: "--detach", description: "Queue the run and return; `pawl serve` executes it" },
  ],
  json: true,
  details: "Run a flow here and show its steps as they end. Ctrl-C cancels it.",
  examples: ["pawl run hello", "pawl run deploy --input env=staging", "pawl run ./backup.yaml --json"],
  async run(call) {
    const found = await findFlow(call, call.arguments[0]!);
    noteDiagnostics(call.terminal, found.loaded);
    const request = {
      inputs: readPairs("--input", call.options.input),
      vars: readPairs("--var", call.options.var),
      // What started this process may have a trace already: a step of another flow, a build.
      trigger: { traceparent: call.env.TRACEPARENT },
    };
    if (call.options.dryRun === true) {
      const { dryRun } = await import("../dry-run.ts");
      return dryRun(call, found, request);
    }
    const runtime = await openRuntime(found.loaded, found.findFlow);
    try {
      const inputs = await completeInputs(call, found.flow, request.inputs, runtime);
      const complete = { ...request, inputs };
      if (call.options.detach === true) return await detach(call, runtime, found.flow, complete);
      const exitCode = await runHere(call, runtime, found.flow, complete);
      await takeOutOldRuns(call, runtime, found);
      return exitCode;
    } finally {
      await runtime.close();
    }
  },
};

/** A project that no server looks after stays small all the same. The run is over, so nothing here changes how it ended. */
async function takeOutOldRuns({ terminal }: Call, { store }: Runtime, { loaded }: FoundFlow): Promise<void> {
  const { pruneWhenDue } = await import("@pawl/flows");
  try {
    await pruneWhenDue(store, () => retentionOf(loaded), { everyMs: commandEveryMs });
  } catch (error) {
    terminal.note(`Old runs could not be taken out: ${error instanceof Error ? error.message : error}`);
  }
}

type Request = Pick<Parameters<Runtime["engine"]["start"]>[1] & object, "inputs" | "vars" | "trigger">;

async function runHere(call: Call, runtime: Runtime, flow: Flow, request: Request): Promise<ExitCode> {
  const { store, engine } = runtime;
  const { terminal, signal } = call;
  if (call.options.json === true) {
    const run = await askingPeople(call, runtime, () => engine.run(flow, { ...request, signal }));
    const { toRunReport } = await import("@pawl/flows");
    terminal.json(toRunReport(run, await store.durability.steps(run.id)));
    return exitCodeOf(run);
  }
  const { RunProgress } = await import("../output/run-progress.ts");
  const progress = new RunProgress(terminal, store, { name: flow.name, flow });
  const run = await askingPeople(call, runtime, () => engine.run(flow, { ...request, signal }));
  await progress.finish(run);
  return exitCodeOf(run);
}

export function exitCodeOf(run: RunRecord): ExitCode {
  if (run.status === "failed" && run.error?.code === "run-timeout") return exitCodes.timedOut;
  return run.status === "failed" || run.status === "cancelled" ? exitCodes.failed : exitCodes.ok;
}

async function detach(call: Call, { engine }: Runtime, flow: Flow, request: Request): Promise<ExitCode> {
  const { runId, dropped } = await engine.start(flow, request);
  if (dropped) {
    call.terminal.note(`${flow.name} has enough runs, and its overflow policy drops this one.`);
    return exitCodes.failed;
  }
  if (call.options.json === true) call.terminal.json({ run: { id: runId } });
  else
    call.terminal.out(
      `${flow.name}  run ${shortId(runId)} is queued · pawl serve executes it · pawl show ${shortId(runId)}`,
    );
  return exitCodes.ok;
}
