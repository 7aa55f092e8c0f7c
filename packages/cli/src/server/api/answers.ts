import { checkAnswer, json, mayDecide, openQuestions, type Question, sendDecision, sendInput } from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiHandler, ApiParts } from "./api.ts";
import { readFields } from "./read-request.ts";
import { unknownRun } from "./runs.ts";

const longestComment = 10_000;

/** What people answer to runs that wait for them. Who they are is said by their token, never by the body. */
export const answerRoutes: Readonly<Record<string, ApiHandler>> = {
  "POST /runs/:id/approve": decideRoute("approve"),
  "POST /runs/:id/reject": decideRoute("reject"),
  "POST /runs/:id/input": giveInput,
};

function decideRoute(decision: "approve" | "reject"): ApiHandler {
  return async (request, { id = "" }, parts) => {
    const fields = await readFields(request);
    if (fields instanceof Response) return fields;
    const { step, comment } = fields;
    if (comment !== undefined && (typeof comment !== "string" || comment.length > longestComment))
      return refuse(400, "invalid-request", `comment is a text of at most ${longestComment} characters.`);
    const question = await find(parts, id, { kind: "approval", step });
    if (question instanceof Response) return question;
    const by = parts.personOf(request);
    if (!mayDecide(question, by))
      return refuse(403, "not-an-approver", `${by} is none of the approvers of step ${question.recordId}.`);
    const verdict = { decision, by, ...(comment === undefined ? {} : { comment }) };
    return answered(question, by, await sendDecision(parts.engine.store, question, verdict));
  };
}

async function giveInput(
  request: Request,
  { id = "" }: Readonly<Record<string, string>>,
  parts: ApiParts,
): Promise<Response> {
  const fields = await readFields(request);
  if (fields instanceof Response) return fields;
  const question = await find(parts, id, { kind: "input", step: fields.step });
  if (question instanceof Response) return question;
  const read = checkAnswer(fields.value, question.input);
  if ("problem" in read) return refuse(422, "invalid-value", `Step ${question.recordId}: ${read.problem}.`);
  const by = parts.personOf(request);
  return answered(question, by, await sendInput(parts.engine.store, question, { value: read.value, by }));
}

/** The question that is meant: that of the step, or the only one. */
async function find(
  { engine: { store } }: ApiParts,
  id: string,
  { kind, step }: { readonly kind: Question["kind"]; readonly step: unknown },
): Promise<Question | Response> {
  const run = await store.durability.get(id);
  if (run === undefined) return unknownRun(id);
  if (run.endedAt !== undefined) return ended(id);
  if (step !== undefined && typeof step !== "string")
    return refuse(400, "invalid-request", "step is the id of a step.");
  const all = (await openQuestions(store, run)).filter((question) => question.kind === kind);
  const meant = all.filter(({ recordId }) => step === undefined || recordId === step);
  if (meant.length === 1) return meant[0]!;
  if (meant.length === 0) return refuse(409, "not-waiting", `No such step of run ${id} waits for ${nouns[kind]}.`);
  const steps = meant.map(({ recordId }) => recordId).join(", ");
  return refuse(400, "invalid-request", `Several steps wait for ${nouns[kind]}; say which with step: ${steps}.`);
}

const nouns = { approval: "approval", input: "a value" } as const;

function answered({ runId, recordId }: Question, by: string, isSent: boolean): Response {
  return isSent ? json(202, { run: { id: runId }, step: recordId, by }) : ended(runId);
}

function ended(id: string): Response {
  return refuse(409, "run-ended", `The run ${id} has ended already.`);
}
