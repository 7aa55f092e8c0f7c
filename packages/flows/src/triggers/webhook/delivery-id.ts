import type { RequestHeaders } from "../../http/message.ts";
import type { Json } from "../../json.ts";

/** Headers that name one delivery: the same id again is the same event, sent again. */
const idHeaders = ["webhook-id", "x-github-delivery", "idempotency-key"] as const;

/** What identifies a delivery, or nothing when the sender gives it no name. */
export function deliveryId(headers: RequestHeaders, payload: Json): string | undefined {
  for (const name of idHeaders) {
    const value = headers.get(name);
    if (value) return bounded(value);
  }
  const cloudEvent = headers.get("ce-id");
  if (cloudEvent) return bounded(`${headers.get("ce-source") ?? ""} ${cloudEvent}`);
  return bodyId(headers, payload);
}

/** Stripe and Slack name the event in its body. */
function bodyId(headers: RequestHeaders, payload: Json): string | undefined {
  if (typeof payload !== "object" || payload === null) return undefined;
  const fields = payload as Readonly<Record<string, Json>>;
  if (headers.has("stripe-signature") && typeof fields.id === "string") return bounded(fields.id);
  if (headers.has("x-slack-signature") && typeof fields.event_id === "string") return bounded(fields.event_id);
  return undefined;
}

function bounded(id: string): string {
  return id.slice(0, 512);
}
