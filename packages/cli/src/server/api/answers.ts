import {
  type Asked,
  checkAnswer,
  HttpAnswer,
  mayDecide,
  openQuestions,
  type Question,
  sendDecision,
  sendInput,
} from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiParts, ApiRoutes } from "./api.ts";
import { approveStep, giveInput, rejectStep } from "./operations/answers.ts";
import { unknownRun } from "./runs.ts";

/** What people answer to runs that wait for them. Who they are is said by their token, never by the body. */
export const answerRoutes: ApiRoutes = (route, parts) => {
  route(approveStep, (asked) => decide("approve", asked, parts));
  route(rejectStep, (asked) => decide("reject", asked, parts));
  route(giveInput, (asked) => give(asked, parts));
};

async function decide(
  decision: "approve" | "reject",
  { request, params, body: { step, comment }, answer }: Asked<typeof approveStep>,
  parts: ApiParts,
): Promise<HttpAnswer> {
  const question = await find(parts, params.id, { kind: "approval", step });
  if (question instanceof HttpAnswer) return question;
  const by = parts.personOf(request);
  if (!mayDecide(question, by))
    return refuse("not-an-approver", `${by} is none of the approvers of step ${question.recordId}.`);
  const verdict = { decision, by, ...(comment === undefined ? {} : { comment }) };
  const isSent = await sendDecision(parts.engine.store, question, verdict);
  return isSent ? answer(202, kept(question, by)) : ended(params.id);
}

async function give({ request, params, body, answer }: Asked<typeof giveInput>, parts: ApiParts): Promise<HttpAnswer> {
  const question = await find(parts, params.id, { kind: "input", step: body.step });
  if (question instanceof HttpAnswer) return question;
  const read = checkAnswer(body.value, question.input);
  if ("problem" in read) return refuse("invalid-value", `Step ${question.recordId}: ${read.problem}.`);
  const by = parts.personOf(request);
  const isSent = await sendInput(parts.engine.store, question, { value: read.value, by });
  return isSent ? answer(202, kept(question, by)) : ended(params.id);
}

/** The question that is meant: that of the step, or the only one. */
async function find(
  { engine: { store } }: ApiParts,
  id: string,
  { kind, step }: { readonly kind: Question["kind"]; readonly step: string | undefined },
): Promise<Question | HttpAnswer> {
  const run = await store.durability.get(id);
  if (run === undefined) return unknownRun(id);
  if (run.endedAt !== undefined) return ended(id);
  const all = (await openQuestions(store, run)).filter((question) => question.kind === kind);
  const meant = all.filter(({ recordId }) => step === undefined || recordId === step);
  if (meant.length === 1) return meant[0]!;
  if (meant.length === 0) return refuse("not-waiting", `No such step of run ${id} waits for ${nouns[kind]}.`);
  const steps = meant.map(({ recordId }) => recordId).join(", ");
  return refuse("invalid-request", `Several steps wait for ${nouns[kind]}; say which with step: ${steps}.`);
}

const nouns = { approval: "approval", input: "a value" } as const;

function kept({ runId, recordId }: Question, by: string) {
  return { run: { id: runId }, step: recordId, by };
}

function ended(id: string): HttpAnswer {
  return refuse("run-ended", `The run ${id} has ended already.`);
}
