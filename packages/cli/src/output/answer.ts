import type { Question, Store } from "@pawl/flows";
import type { Call } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { shortId } from "./run-view.ts";

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
  const run = await durability.get(runId);
  const next = run?.owner === undefined ? `pawl resume ${id} goes on with it, or pawl serve does` : `pawl show ${id}`;
  terminal.out(`${flow}  step ${recordId} of run ${id} was ${word} by ${by} · ${next}`);
}
