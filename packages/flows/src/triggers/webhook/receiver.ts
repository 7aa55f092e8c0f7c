import { HttpAnswer, type HttpRequest } from "../../http/message.ts";
import type { RouteHandler } from "../../http/mount.ts";
import { json, type ProblemOptions, problem } from "../../http/problem.ts";
import { readBody } from "../../http/read-body.ts";
import { EventRefused } from "../delivery.ts";
import type { Emit } from "../emit-all.ts";
import type { Accepted, TriggerContext, TriggerEvent } from "../trigger.ts";
import { type WebhookCode, webhookCodes } from "./codes.ts";
import type { WebhookInput } from "./inputs.ts";
import { readEvent } from "./read-event.ts";
import { readPayload } from "./read-payload.ts";
import { isSigned } from "./signature.ts";

const defaultToleranceMs = 300_000;
const defaultWaitMs = 30_000;
const retryAfter = { "retry-after": "1" };

/** Answers the requests of one webhook: 202 once the run is durable, or why there is none. */
export function createReceiver(input: WebhookInput, context: TriggerContext, emit: Emit): RouteHandler {
  return async (request) => {
    const body = await readBody(request, input.max_bytes);
    if (body === undefined) return tooLarge(input.max_bytes);
    if (input.secret !== undefined && !isAuthentic(request, body, input, context)) return notSigned();
    const read = readPayload(request, body, input.accept ?? []);
    if ("problem" in read) return unreadable(read.problem, input);
    return accept(await tryToEmit(emit, readEvent(request, read.payload)), input, context);
  };
}

function isAuthentic(request: HttpRequest, body: Buffer, input: WebhookInput, { clock }: TriggerContext): boolean {
  const toleranceMs = input.tolerance ?? defaultToleranceMs;
  const terms = { secrets: input.secret!, scheme: input.signature, toleranceMs, now: clock.now() };
  return isSigned({ headers: request.headers, body }, terms);
}

async function tryToEmit(emit: Emit, event: TriggerEvent): Promise<Accepted | HttpAnswer> {
  try {
    return await emit(event);
  } catch (error) {
    if (error instanceof EventRefused) return problem(422, error.code, error.message);
    return refuse("event-not-queued", "The event could not be queued. Send it again.", { headers: retryAfter });
  }
}

function accept(
  accepted: Accepted | HttpAnswer,
  input: WebhookInput,
  context: TriggerContext,
): HttpAnswer | Promise<HttpAnswer> {
  if (accepted instanceof HttpAnswer) return accepted;
  // Not acknowledged: a sender that sends again what was refused (Stripe, queues) loses nothing.
  if (accepted.dropped) {
    const detail = `${context.flowName} has its limit of runs, and its overflow policy drops this event.`;
    return refuse("event-dropped", detail, { headers: retryAfter });
  }
  if (input.respond === "result") return awaitResult(accepted, input, context);
  return acceptedAnswer(accepted);
}

function acceptedAnswer({ runId, duplicate }: Accepted): HttpAnswer {
  return json(202, duplicate ? { run_id: runId, duplicate: true } : { run_id: runId });
}

/** The outputs of the run; after `wait`, or when the server stops, only its id: the run goes on. */
async function awaitResult(accepted: Accepted, input: WebhookInput, context: TriggerContext): Promise<HttpAnswer> {
  const late = new AbortController();
  const giveUp = () => late.abort(new Error("The answer took too long."));
  const cancel = context.clock.after(input.wait ?? defaultWaitMs, giveUp);
  context.signal.addEventListener("abort", giveUp, { once: true });
  if (context.signal.aborted) giveUp();
  try {
    const { status, outputs } = await accepted.result(late.signal);
    if (status === "completed") return json(200, outputs, { "pawl-run-id": accepted.runId });
    const members = { run_id: accepted.runId };
    return refuse(status === "cancelled" ? "run-cancelled" : "run-failed", `The run ended as ${status}.`, { members });
  } catch {
    return acceptedAnswer(accepted);
  } finally {
    cancel();
    context.signal.removeEventListener("abort", giveUp);
  }
}

function tooLarge(limit: number): HttpAnswer {
  return refuse("body-too-large", `The body is larger than ${limit} bytes.`, { headers: { connection: "close" } });
}

function notSigned(): HttpAnswer {
  return refuse("invalid-signature", "The signature is missing, does not fit the body, or is too old.");
}

function unreadable(code: "unsupported-media-type" | "invalid-json", { accept = [] }: WebhookInput): HttpAnswer {
  if (code === "invalid-json") return refuse(code, "The body is not JSON.");
  const types = ["application/json", ...accept].join(", ");
  return refuse(code, `The content type of the request is not one of ${types}.`, { headers: { accept: types } });
}

function refuse(code: WebhookCode, detail: string, options: ProblemOptions = {}): HttpAnswer {
  return problem(webhookCodes[code].status, code, detail, options);
}
