/** Codes of problems with the status that each is answered with, and a sentence for the reference. */
export type ProblemCodes = Readonly<Record<string, { readonly status: number; readonly meaning: string }>>;

/** What can be wrong with a request before anybody has looked at what it asks for. */
export const requestCodes = {
  "body-too-large": { status: 413, meaning: "The body is larger than the server takes." },
  "unsupported-media-type": { status: 415, meaning: "The body has another media type than the route takes." },
  "invalid-json": { status: 400, meaning: "The body is not JSON." },
  "invalid-request": { status: 400, meaning: "The body or the query has a field that is wrong, or one too many." },
} as const satisfies ProblemCodes;
