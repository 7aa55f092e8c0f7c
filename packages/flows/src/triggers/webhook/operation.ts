import { z } from "zod";
import type { Operation, OperationAccess, OperationAnswer } from "../../http/operation.ts";
import type { WebhookInput } from "./inputs.ts";

const accepted = z
  .object({ run_id: z.string(), duplicate: z.literal(true).optional() })
  .meta({ id: "AcceptedEvent", description: "`duplicate`: the delivery was known, and this is the run it started." });

const signatureHeaders: Readonly<Record<string, string>> = {
  github: "X-Hub-Signature-256",
  stripe: "Stripe-Signature",
  slack: "X-Slack-Signature",
  standard: "Webhook-Signature",
};
const scheme = "webhook-signature";

/** What can be sent to one webhook. */
export function webhookOperation(
  input: WebhookInput,
  { flow, method, path }: { readonly flow: string; readonly method: string; readonly path: string },
): Operation {
  const isAnswered = input.respond === "result";
  return {
    route: `${method} ${path}`,
    id: `webhook_${method.toLowerCase()}_${path.replaceAll(/\W+/g, "_").replaceAll(/^_|_$/g, "")}`,
    tag: "webhooks",
    summary: `Start a run of ${flow}`,
    description: "The body is the payload. A delivery that is sent again is known by its id and starts nothing.",
    headers: {
      "idempotency-key":
        "Names the delivery. `webhook-id`, `x-github-delivery`, CloudEvents ids, and those in the bodies of Stripe and Slack do so too.",
    },
    ...(["GET", "HEAD"].includes(method) ? {} : { body: bodyOf(input) }),
    answers: isAnswered ? { 202: queued(isAnswered), 200: outputs } : { 202: queued(isAnswered) },
    problems: [
      ...(input.secret === undefined ? [] : ["invalid-signature"]),
      ...(isAnswered ? ["run-failed", "run-cancelled"] : []),
      "invalid-payload",
      "event-refused",
      "event-not-queued",
      "event-dropped",
      "being-replaced",
    ],
    access: accessOf(input),
  };
}

const outputs: OperationAnswer = {
  description: "The outputs of the run.",
  schema: z.unknown(),
  headers: { "pawl-run-id": "The run." },
};

function queued(isAnswered: boolean): OperationAnswer {
  const late = "The run is durable, and has not ended within `wait`, or before the server stops: it goes on.";
  return { description: isAnswered ? late : "The run is durable.", schema: accepted };
}

function bodyOf({ accept = [], max_bytes: maxBytes }: WebhookInput): NonNullable<Operation["body"]> {
  return { schema: z.unknown(), isRequired: true, types: ["application/json", ...accept], maxBytes };
}

function accessOf({ secret, signature }: WebhookInput): OperationAccess {
  if (secret === undefined) return "token";
  const header = signatureHeaders[signature ?? "standard"]!;
  const which = signature ?? "GitHub, Stripe, Slack or Standard Webhooks, as the request says";
  return {
    scheme: signature ? `${scheme}-${signature}` : scheme,
    header,
    description: `Signed over the raw bytes: ${which}.`,
  };
}
