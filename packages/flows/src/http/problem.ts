import { HttpAnswer } from "./message.ts";

export interface ProblemOptions {
  /** Further members: data beside the sentence. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as `application/problem+json` (RFC 9457): `code` for programs, `detail` for people. */
export function problem(status: number, code: string, detail: string, options: ProblemOptions = {}): HttpAnswer {
  const body = {
    type: "about:blank",
    // Only a server has problems to report, and every command would load `node:http` for it.
    title: process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "Error",
    status,
    code,
    detail,
    ...options.members,
  };
  return new HttpAnswer(
    status,
    { ...options.headers, "content-type": "application/problem+json" },
    JSON.stringify(body),
  );
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return new HttpAnswer(status, { ...headers, "content-type": "application/json" }, JSON.stringify(body));
}
