import type { Question } from "@pawl/flows";
import type { Call, Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { findQuestion } from "../find-question.ts";
import { findRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { reportAnswer } from "../output/answer.ts";
import { asOption, personOf } from "../person.ts";
import { withStore } from "../runtime.ts";

const later = Symbol("later");

export const command: Command = {
  arguments: [
    { name: "<run>", description: "Its id, or the beginning of it", complete: "asking-run" },
    { name: "<step>", description: "The step that waits for a value", complete: "asking-step" },
    { name: "[value]", description: "Text, or JSON for anything else. Default: the default of the step" },
  ],
  options: [{ flags: "--stdin", description: "Read the value from standard input" }, asOption],
  json: true,
  details:
    "Give a step the value that it asks for. It is checked against what the step wants before it is sent. A secret one is " +
    "typed when it is asked for, or read with --stdin: what stands on a command line, others can see.",
  examples: ["pawl input 01JD8Z3K5M7QX version 2.4.0", 'pawl input 01JD8Z3K5M7QX servers \'["a", "b"]\''],
  async run(call) {
    const { readAnswer, sendInput } = await import("@pawl/flows");
    await withStore(await projectOf(call), async (store) => {
      const [id, step] = call.arguments;
      const question = await findQuestion(store, await findRun(store, id!), { kind: "input", step });
      const text = await textOf(call, question);
      if (text === later) return call.terminal.note("Nothing was given.");
      const read = readAnswer(text, question.input);
      if ("problem" in read) throw usageError(`Step ${question.recordId}: ${read.problem}.`);
      const by = personOf(call);
      const isSent = await sendInput(store, question, { value: read.value, by });
      await reportAnswer(call, store, question, { isSent, word: "answered", by });
    });
  },
};

/** The value as it was typed: on the command line, into standard input, or, when it is secret, where nobody sees it. */
async function textOf(call: Call, { input }: Question): Promise<string | undefined | typeof later> {
  const [, , text] = call.arguments;
  if (call.options.stdin === true) {
    if (text !== undefined) throw usageError("The value comes from the command line or from --stdin, not from both.");
    return readStandardInput();
  }
  if (text !== undefined || !input?.secret || !call.terminal.isInteractive || process.stdin.isTTY !== true) return text;
  const { askSecret } = await import("../prompt-question.ts");
  return (await askSecret("Value")) ?? later;
}

async function readStandardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
