import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { findQuestion } from "../find-question.ts";
import { findRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { reportAnswer } from "../output/answer.ts";
import { asOption, personOf } from "../person.ts";
import { withStore } from "../runtime.ts";

export const command: Command = {
  arguments: [
    { name: "<run>", description: "Its id, or the beginning of it", complete: "run" },
    { name: "<step>", description: "The step that waits for a value", complete: "step" },
    { name: "[value]", description: "Text, or JSON for anything else. Default: the default of the step" },
  ],
  options: [asOption],
  json: true,
  details: "Give a step the value that it asks for. It is checked against what the step wants before it is sent.",
  examples: ["pawl input 01JD8Z3K5M7QX version 2.4.0", 'pawl input 01JD8Z3K5M7QX servers \'["a", "b"]\''],
  async run(call) {
    const { readAnswer, sendInput } = await import("@pawl/flows");
    await withStore(await projectOf(call), async (store) => {
      const [id, step, text] = call.arguments;
      const question = await findQuestion(store, await findRun(store, id!), { kind: "input", step });
      const read = readAnswer(text, question.input);
      if ("problem" in read) throw usageError(`Step ${question.recordId}: ${read.problem}.`);
      const by = personOf(call);
      const isSent = await sendInput(store, question, { value: read.value, by });
      await reportAnswer(call, store, question, { isSent, word: "answered", by });
    });
  },
};
