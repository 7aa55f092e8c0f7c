import type { ProblemCodes } from "../../http/codes.ts";

/** Every `code` of a problem that a webhook answers with, beside those of every route. A closed list. */
export const webhookCodes = {
  "invalid-signature": {
    status: 401,
    meaning: "The signature of the request is missing, does not fit its bytes, or is too old.",
  },
  "body-too-large": { status: 413, meaning: "The body is larger than the webhook takes." },
  "unsupported-media-type": { status: 415, meaning: "The body has another media type than the webhook takes." },
  "invalid-json": { status: 400, meaning: "The body is not JSON." },
  "invalid-payload": { status: 422, meaning: "The body is JSON that cannot be stored: it is nested too deeply." },
  "event-refused": { status: 422, meaning: "The flow cannot be started by this event, and never could." },
  "event-not-queued": { status: 503, meaning: "The event could not be queued yet; send it again." },
  "event-dropped": {
    status: 429,
    meaning: "The flow has its limit of runs, and its overflow policy drops this event; send it again.",
  },
  "run-failed": { status: 500, meaning: "`respond: result`: the run failed." },
  "run-cancelled": { status: 500, meaning: "`respond: result`: the run was cancelled." },
} as const satisfies ProblemCodes;

export type WebhookCode = keyof typeof webhookCodes;
