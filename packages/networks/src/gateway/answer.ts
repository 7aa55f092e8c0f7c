import { HttpAnswer } from "@pawl/flows";

/** Everything that `error.code` can be in an answer of a gateway or sink. */
export const answerCodes = {
  bad_json: "The body is not JSON, not UTF-8, or nested too deeply.",
  not_object: "The body is JSON, but not an object.",
  bad_request: "A parameter or header of the request cannot be read.",
  rejected: "The hook refused the message; its words are passed on.",
  unauthorized: "A valid key is required.",
  forbidden: "The hook forbids it.",
  conflict: "The hook, or the state of a dead letter, does not allow it.",
  unprocessable: "The hook cannot do anything with the message.",
  idempotency_conflict: "The Idempotency-Key was used with another body.",
  not_found: "There is no such network, pod, run or dead letter.",
  method_not_allowed: "The path is asked with another method.",
  unsupported_media_type: "The body is not announced as JSON.",
  timeout: "The body did not come in time.",
  too_large: "The body has more bytes than the gateway takes.",
  busy: "Too many requests, or too many messages waiting: try later.",
  hook_error: "The hook of the gateway has failed; why is in its log.",
  unavailable: "The network is starting or stopping, or nothing can be made durable: try later.",
} as const;

export type AnswerCode = keyof typeof answerCodes;

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return text(status, JSON.stringify(body), headers);
}

/** `body` is JSON already. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return new HttpAnswer(status, { "content-type": "application/json", ...headers }, body);
}

/** One that tells where to look what becomes of it. */
export function located(status: number, body: string, location: string): HttpAnswer {
  return new HttpAnswer(status, { "content-type": "application/json", location }, body);
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

  toResponse(): HttpAnswer {
    return json(this.status, { error: { code: this.code, message: this.message } }, this.headers);
  }
}

export const retryLater: Readonly<Record<string, string>> = { "retry-after": "1" };
