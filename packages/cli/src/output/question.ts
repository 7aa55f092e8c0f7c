import type { Question, RunRecord, Store } from "@pawl/flows";
import { shortId } from "./run-view.ts";
import { oneLine } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

/** `deploy asks: Deploy to production? (ana or ben)` */
export function questionText({ recordId, message, approvers, input }: Question): string {
  const text = oneLine(typeof message === "string" ? message : JSON.stringify(message));
  const who = approvers.length === 0 ? "" : ` (${approvers.join(" or ")})`;
  const what =
    input === undefined ? "" : ` (${input.choices?.map((each) => JSON.stringify(each)).join(", ") ?? input.type})`;
  return `${recordId} asks: ${text}${who}${what}`;
}

/** What to type to answer it. */
export function nextFor({ kind, runId, recordId }: Pick<Question, "kind" | "runId" | "recordId">): string {
  const id = shortId(runId);
  const step = /^[\w.-]+$/.test(recordId) ? recordId : `'${recordId}'`;
  return kind === "input" ? `pawl input ${id} ${step} VALUE` : `pawl approve ${id} ${step} · pawl reject ${id} ${step}`;
}

/** Prints what a run asks, and gives what to type for it. */
export async function sayQuestions(
  terminal: Terminal,
  store: Store,
  run: RunRecord,
): Promise<{ readonly answers?: readonly string[] }> {
  if (run.status !== "waiting") return {};
  const { openQuestions } = await import("@pawl/flows");
  const questions = await openQuestions(store, run);
  for (const question of questions) terminal.out(`   ${questionText(question)}`);
  return questions.length === 0 ? {} : { answers: questions.map(nextFor) };
}
