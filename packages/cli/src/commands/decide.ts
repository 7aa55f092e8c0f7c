import type { Decision, Question, Store } from "@pawl/flows";
import type { Call, Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { findQuestion } from "../find-question.ts";
import { findRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { reportAnswer } from "../output/answer.ts";
import { asOption, personOf } from "../person.ts";
import { withStore } from "../runtime.ts";

type Kind = Decision["decision"];

/** `approve` and `reject` differ in a word. */
export function decideCommand(decision: Kind, texts: Pick<Command, "details" | "examples">): Command {
  return {
    arguments: [
      { name: "<run>", description: "Its id, or the beginning of it", complete: "asking-run" },
      { name: "[step]", description: "Which step, when several wait", complete: "asking-step" },
    ],
    options: [{ flags: "--comment <text>", description: "Kept with the decision" }, asOption],
    json: true,
    ...texts,
    async run(call) {
      await withStore(await projectOf(call), async (store) => {
        const [id, step] = call.arguments;
        const run = await findRun(store, id!);
        const question = await findQuestion(store, run, { kind: "approval", step });
        await send(call, store, question, decision);
      });
    },
  };
}

async function send(call: Call, store: Store, question: Question, decision: Kind): Promise<void> {
  const { mayDecide, sendDecision } = await import("@pawl/flows");
  const by = personOf(call);
  if (!mayDecide(question, by)) throw notAnApprover(question, by);
  const { comment } = call.options;
  const isSent = await sendDecision(store, question, {
    decision,
    by,
    ...(typeof comment === "string" ? { comment } : {}),
  });
  await reportAnswer(call, store, question, { isSent, word: decision === "approve" ? "approved" : "rejected", by });
}

function notAnApprover({ recordId, approvers }: Question, by: string): CommandError {
  const message = `${by} may not decide about step ${recordId}; its approvers are ${approvers.join(", ")}.`;
  return new CommandError(exitCodes.failed, message);
}
