import type { Question, RunRecord } from "@pawl/flows";
import { answerByCollector, canAsk } from "./collect-inputs.ts";
import type { Call } from "./command.ts";
import type { Collecting, Runtime } from "./runtime.ts";

type Asking = Pick<Runtime, "store" | "engine"> & Collecting;

/**
 * Executes a run, and answers what it waits for: by the project's input collectors, and on a terminal by whoever sits there,
 * until it waits for nobody who can be asked here.
 */
export async function askingPeople(call: Call, asking: Asking, execute: () => Promise<RunRecord>): Promise<RunRecord> {
  const { store, engine, inputCollectors } = asking;
  let run = await execute();
  if (!canAsk(call) && inputCollectors.length === 0) return run;
  while (run.endedAt === undefined && !call.signal.aborted) {
    const { openQuestionsBelow } = await import("@pawl/flows");
    const questions = await openQuestionsBelow(store, run);
    if (!(await answerAny(call, questions, asking))) return run;
    run = await engine.resume(run.id, { signal: call.signal });
  }
  return run;
}

/** False when nothing was answered, or somebody would rather answer later. */
async function answerAny(call: Call, questions: readonly Question[], asking: Asking): Promise<boolean> {
  let isAnswered = false;
  for (const question of questions) {
    if (await answerByCollector(call, question, asking)) isAnswered = true;
    else if (canAsk(call)) {
      const { askQuestion } = await import("./prompt-question.ts");
      if (!(await askQuestion(asking.store, question))) return false;
      isAnswered = true;
    }
  }
  return isAnswered;
}
