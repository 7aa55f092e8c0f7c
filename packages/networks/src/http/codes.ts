import { type HttpAnswer, type ProblemCodes, type ProblemOptions, problem } from "@pawl/flows";

/** Every `code` of a problem that `/api/v1/networks` answers with. A closed list. */
export const networkApiCodes = {
  "unknown-network": { status: 404, meaning: "No network of this name runs here." },
  "unknown-dead-letter": { status: 404, meaning: "The network has no dead letter with this number." },
  "not-replayable": { status: 409, meaning: "The dead letter cannot be sent again: its connection is gone." },
} as const satisfies ProblemCodes;

export function refuse(code: keyof typeof networkApiCodes, detail: string, options: ProblemOptions = {}): HttpAnswer {
  return problem(networkApiCodes[code].status, code, detail, options);
}
