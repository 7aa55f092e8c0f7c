import type { Question, Store } from "@pawl/flows";
import type { Command } from "../command.ts";
import { projectOf } from "../open-project.ts";
import { nextFor, questionText } from "../output/question.ts";
import { withStore } from "../runtime.ts";

const mostRuns = 1_000;

export const command: Command = {
  json: true,
  details: "List the steps that wait for a person: for approval, or for a value.",
  async run(call) {
    await withStore(await projectOf(call), async (store) => {
      const questions = await allQuestions(store);
      if (call.options.json === true) return call.terminal.json({ approvals: questions.map(toDocument) });
      if (questions.length === 0) return call.terminal.note("Nobody is waited for.");
      for (const question of questions) {
        call.terminal.out(`${call.terminal.colors.bold(question.flow)}  ${questionText(question)}`);
        call.terminal.out(`  ${nextFor(question)}`);
      }
    });
  },
};

/** Oldest run first: it has waited longest. */
async function allQuestions(store: Store): Promise<Question[]> {
  const { openQuestions } = await import("@pawl/flows");
  const runs = await store.durability.list({ status: ["queued", "running", "waiting"], limit: mostRuns });
  return (await Promise.all([...runs].reverse().map((run) => openQuestions(store, run)))).flat();
}

function toDocument({ runId, recordId, expiresAt, askedAt, input, ...rest }: Question): object {
  const shown = { run: runId, step: recordId, ...rest, askedAt, expiresAt: expiresAt ?? null };
  return input === undefined ? shown : { ...shown, input };
}
