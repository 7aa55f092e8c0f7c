import { type HttpAnswer, type ProblemCodes, type ProblemOptions, problem, requestCodes } from "@pawl/flows";

/** Every `code` of a problem that the server answers with. A closed list. */
export const serverCodes = {
  ...requestCodes,
  "malformed-request": { status: 400, meaning: "The request is not HTTP as it should be." },
  "headers-too-large": { status: 431, meaning: "The headers of the request are larger than the server takes." },
  "request-timeout": { status: 408, meaning: "The request did not come in time." },
  "not-found": { status: 404, meaning: "Nothing is at this path." },
  "method-not-allowed": { status: 405, meaning: "The path exists, and does not take this method." },
  "not-ready": { status: 503, meaning: "The server is still starting." },
  "server-draining": { status: 503, meaning: "The server is about to stop; ask again." },
  "being-replaced": { status: 503, meaning: "What was at this path is being replaced; ask again." },
  "rate-limited": { status: 429, meaning: "Too many requests came from this token or address; ask again later." },
  "unknown-host": {
    status: 403,
    meaning: "The Host header names none of the server's names: the request may come from a rebound name.",
  },
  "foreign-origin": { status: 403, meaning: "The request comes from a page of another site." },
  "token-required": { status: 401, meaning: "The request has no token, or one that is not known." },
  "unknown-flow": { status: 404, meaning: "The project has no flow of this name." },
  "unknown-run": { status: 404, meaning: "There is no run with this id." },
  "unknown-step": { status: 404, meaning: "The run has no step with this id." },
  "unknown-event": { status: 404, meaning: "There is no lifecycle event of this name." },
  "invalid-input": { status: 400, meaning: "The input of a lifecycle event does not fit it." },
  "invalid-inputs": { status: 422, meaning: "An input of the flow is missing, or of the wrong kind." },
  "idempotency-conflict": { status: 409, meaning: "The Idempotency-Key was used with other inputs." },
  "run-dropped": {
    status: 429,
    meaning: "The flow has its limit of runs, and its overflow policy drops this one.",
  },
  "not-an-approver": {
    status: 403,
    meaning: "The step names its approvers, and the name of the token is none of them.",
  },
  "not-waiting": { status: 409, meaning: "No step of the run waits for that answer." },
  "invalid-value": { status: 422, meaning: "The value is not what the step asks for." },
  "run-ended": { status: 409, meaning: "The run has ended already." },
  "run-not-ended": { status: 409, meaning: "The run has not ended: it cannot be repeated yet." },
  "internal-error": { status: 500, meaning: "The server failed to answer; its log says more." },
} as const satisfies ProblemCodes;

type ServerCode = keyof typeof serverCodes;

/** An answer that says why there is no other. */
export function refuse(code: ServerCode, detail: string, options: ProblemOptions = {}): HttpAnswer {
  return problem(serverCodes[code].status, code, detail, options);
}
