import type { Answered, Question, RunRecord, Store } from "@pawl/flows";
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

/** What has to be known of a question to answer it. */
export interface Answerable extends Pick<Question, "kind" | "runId" | "recordId"> {
  readonly input?: { readonly secret?: boolean | undefined } | undefined;
}

/** What to type to answer it. */
export function nextFor({ kind, runId, recordId, input }: Answerable): string {
  const id = shortId(runId);
  const step = /^[\w.-]+$/.test(recordId) ? recordId : `'${recordId}'`;
  const value = input?.secret ? "--stdin" : "VALUE";
  return kind === "input"
    ? `pawl input ${id} ${step} ${value}`
    : `pawl approve ${id} ${step} · pawl reject ${id} ${step}`;
}

/** Prints what a run asks, and gives what to type for it. */
export async function sayQuestions(
  terminal: Terminal,
  store: Store,
  run: RunRecord,
): Promise<{ readonly answers?: readonly string[] }> {
  if (run.endedAt !== undefined) return {};
  const { openQuestionsBelow } = await import("@pawl/flows");
  const questions = await openQuestionsBelow(store, run);
  for (const question of questions) terminal.out(`   ${questionText(question)}`);
  return questions.length === 0 ? {} : { answers: questions.map(nextFor) };
}

/** `   deploy was approved by ana on 2026-11-21 at 10:31: after the backup` */
export function formatAnswer({ step, kind, decision, by, comment, at }: Answered): string {
  const what = kind === "input" ? "was answered" : decision === "approve" ? "was approved" : "was rejected";
  const time = new Date(at);
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, "0"));
  const said = comment === undefined ? "" : `: ${oneLine(comment)}`;
  return `   ${step} ${what} by ${oneLine(by)} on ${day.join("-")} at ${time.toTimeString().slice(0, 5)}${said}`;
}
