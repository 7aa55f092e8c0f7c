import { type ProblemOptions, problem } from "@pawl/flows";

/** Every `code` of a problem that the server answers with. A closed list. */
export const serverCodes = {
  "not-found": "Nothing is at this path.",
  "method-not-allowed": "The path exists, and does not take this method.",
  "not-ready": "The server is still starting.",
  "server-draining": "The server is about to stop; ask again.",
  "being-replaced": "What was at this path is being replaced; ask again.",
  "unknown-host": "The Host header names none of the server's names: the request may come from a rebound name.",
  "foreign-origin": "The request comes from a page of another site.",
  "token-required": "The request has no token, or one that is not known.",
  "body-too-large": "The body is larger than the server takes.",
  "unsupported-media-type": "The body has another media type than JSON.",
  "invalid-json": "The body is not JSON.",
  "invalid-request": "The body or the query has a field that is wrong.",
  "unknown-flow": "The project has no flow of this name.",
  "unknown-run": "There is no run with this id.",
  "invalid-inputs": "An input of the flow is missing, or of the wrong kind.",
  "run-dropped": "The flow has its limit of runs, and its overflow policy drops this one.",
  "run-ended": "The run has ended already.",
  "internal-error": "The server failed to answer; its log says more.",
} as const;

type ServerCode = keyof typeof serverCodes;

/** An answer that says why there is no other. */
export function refuse(status: number, code: ServerCode, detail: string, options: ProblemOptions = {}): Response {
  return problem(status, code, detail, options);
}
