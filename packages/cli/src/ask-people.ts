import type { Question, RunRecord } from "@pawl/flows";
import type { Call } from "./command.ts";
import type { Runtime } from "./runtime.ts";

/** Executes a run, and on a terminal asks whoever sits there what the run waits for, until it waits for nobody. */
export async function askingPeople(
  { terminal, signal }: Call,
  { store, engine }: Pick<Runtime, "store" | "engine">,
  execute: () => Promise<RunRecord>,
): Promise<RunRecord> {
  let run = await execute();
  if (!terminal.isInteractive || process.stdin.isTTY !== true) return run;
  while (run.endedAt === undefined && !signal.aborted) {
    const { openQuestionsBelow } = await import("@pawl/flows");
    const questions = await openQuestionsBelow(store, run);
    if (questions.length === 0 || !(await askAll(questions, store))) return run;
    run = await engine.resume(run.id, { signal });
  }
  return run;
}

/** False when somebody would rather answer later. */
async function askAll(questions: readonly Question[], store: Runtime["store"]): Promise<boolean> {
  const { askQuestion } = await import("./prompt-question.ts");
  for (const question of questions) if (!(await askQuestion(store, question))) return false;
  return true;
}
