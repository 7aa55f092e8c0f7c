import { confirm, isCancel, password, select, text } from "@clack/prompts";
import {
  type AskedInput,
  type Json,
  mayDecide,
  type Question,
  readAnswer,
  type Store,
  sendDecision,
  sendInput,
  type WantedInput,
} from "@pawl/flows";
import { questionText } from "./output/question.ts";
import { userName } from "./person.ts";

/** Asks one question where the command was typed. False when it is left for later. */
export async function askQuestion(store: Store, question: Question): Promise<boolean> {
  return question.kind === "approval" ? askApproval(store, question) : askInput(store, question);
}

async function askApproval(store: Store, question: Question): Promise<boolean> {
  const by = userName();
  if (!mayDecide(question, by)) return false;
  const decision = await select({
    message: questionText(question),
    options: [
      { value: "approve" as const, label: "Approve" },
      { value: "reject" as const, label: "Reject" },
      { value: "later" as const, label: "Decide later" },
    ],
  });
  if (isCancel(decision) || decision === "later") return false;
  const comment = await text({ message: "Comment", placeholder: "none" });
  if (isCancel(comment)) return false;
  return sendDecision(store, question, { decision, by, ...(comment ? { comment } : {}) });
}

async function askInput(store: Store, question: Question): Promise<boolean> {
  const value = await askValue(question);
  return value !== undefined && sendInput(store, question, { value, by: userName() });
}

/** Words that are not shown while they are typed. Nothing when it is left for later. */
export async function askSecret(message: string): Promise<string | undefined> {
  const typed = await password({ message });
  return isCancel(typed) ? undefined : typed;
}

/** Nothing when it is left for later. */
async function askValue(question: Question): Promise<Json | undefined> {
  return askFor(questionText(question), question.input);
}

/** Asks for an input of a run before it starts. Nothing when it is left open. */
export async function askForInput({ message, input, secret }: WantedInput): Promise<Json | undefined> {
  if (!secret) return askFor(message, input);
  const typed = await password({ message, validate: (words) => problemIn(readAnswer(words, input)) });
  if (isCancel(typed)) return undefined;
  const read = readAnswer(typed, input);
  return "value" in read ? read.value : undefined;
}

async function askFor(message: string, input: AskedInput | undefined): Promise<Json | undefined> {
  if (input?.choices !== undefined) {
    const options = input.choices.map((value, index) => ({ value: index, label: String(value) }));
    const initialValue = input.choices.indexOf(input.default ?? null);
    const chosen = await select({ message, options, ...(initialValue < 0 ? {} : { initialValue }) });
    return isCancel(chosen) ? undefined : input.choices[chosen];
  }
  if (input?.type === "boolean") {
    const answer = await confirm({ message, initialValue: input.default === true });
    return isCancel(answer) ? undefined : answer;
  }
  const validate = (words: string | undefined) => problemIn(readAnswer(words || undefined, input));
  const typed = await (input?.secret ? password({ message, validate }) : text({ message, validate }));
  if (isCancel(typed)) return undefined;
  const read = readAnswer(typed || undefined, input);
  return "value" in read ? read.value : undefined;
}

function problemIn(read: ReturnType<typeof readAnswer>): string | undefined {
  return "problem" in read ? read.problem : undefined;
}
