import type { Store } from "../durability/store.ts";
import { approvalSignal, type Decision, inputSignal } from "../execution/records/approval.ts";
import type { Json } from "../json.ts";
import { Masker } from "../masking/masker.ts";
import type { Question } from "./question.ts";

/** Whether this person may decide. */
export function mayDecide({ approvers }: Question, by: string): boolean {
  return approvers.length === 0 || approvers.includes(by);
}

export interface Verdict extends Decision {
  readonly by: string;
}

/** Sends a decision to the step that waits for it, and writes down who decided. False when its run has ended. */
export function sendDecision(store: Store, question: Question, verdict: Verdict): Promise<boolean> {
  const { decision, by, comment } = verdict;
  const said = { decision, by, ...(comment === undefined ? {} : { comment }) };
  note(store, question, said);
  return store.durability.signal(question.runId, approvalSignal(question.id), new Masker().encode(said));
}

/** The same for a value, which has been checked by `readAnswer` or `checkAnswer`. */
export function sendInput(store: Store, question: Question, answer: { value: Json; by: string }): Promise<boolean> {
  note(store, question, { by: answer.by });
  const isSecret = question.input?.secret === true && answer.value !== null;
  const value = isSecret ? new Masker().encodeWhole(answer.value) : new Masker().encode(answer.value);
  return store.durability.signal(question.runId, inputSignal(question.id), value);
}

/** Rides on the commit of the signal. */
function note(
  { events }: Store,
  { id, runId, recordId, flow, kind }: Question,
  data: Readonly<Record<string, Json>>,
): void {
  events.append({ type: "run-answered", runId, recordId, flow, data: { kind, id, ...data } });
}
