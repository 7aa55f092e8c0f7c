import type { Question, RunRecord, Store } from "@pawl/flows";
import type { Call } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { shortId } from "./run-view.ts";

/** Sub-runs go on with the run that started them. */
async function outermost(durability: Store["durability"], runId: string): Promise<RunRecord | undefined> {
  const run = await durability.get(runId);
  return run?.parent === undefined ? run : outermost(durability, run.parent.runId);
}

/** Says what became of an answer, and who goes on with the run. */
export async function reportAnswer(
  { terminal, options }: Call,
  { durability }: Store,
  { runId, recordId, flow }: Question,
  { isSent, word, by }: { readonly isSent: boolean; readonly word: string; readonly by: string },
): Promise<void> {
  const id = shortId(runId);
  if (!isSent) throw new CommandError(exitCodes.failed, `Run ${id} has ended meanwhile.`, { next: `pawl show ${id}` });
  if (options.json === true) return terminal.json({ run: { id: runId, flow }, step: recordId, answer: word, by });
  const run = await outermost(durability, runId);
  const next =
    run?.owner === undefined
      ? `pawl resume ${shortId(run?.id ?? runId)} goes on with it, or pawl serve does`
      : `pawl show ${id}`;
  terminal.out(`${flow}  step ${recordId} of run ${id} was ${word} by ${by} · ${next}`);
}
