/** A closed list of what `error.code` can be in an answer of a gateway. */
export type AnswerCode =
  | "bad_json"
  | "not_object"
  | "bad_request"
  | "rejected"
  | "unauthorized"
  | "forbidden"
  | "conflict"
  | "unprocessable"
  | "idempotency_conflict"
  | "not_found"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "timeout"
  | "too_large"
  | "busy"
  | "hook_error"
  | "unavailable";

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return text(status, JSON.stringify(body), headers);
}

/** `body` is JSON already. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { "content-type": "application/json", ...headers } });
}

/** Thrown while a request is read; becomes the answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: AnswerCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: AnswerCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toResponse(): Response {
    return json(this.status, { error: { code: this.code, message: this.message } }, this.headers);
  }
}

export const retryLater: Readonly<Record<string, string>> = { "retry-after": "1" };
