import type { PodContext } from "@pawl/networks";

/**
 * Webhook dispatch. A failed request is tried again by the runtime, so the receiver may see it twice: the id of the
 * message tells it so.
 */
export async function onReceiveTerminator(payload: Record<string, unknown>, ctx: PodContext) {
  const url = process.env.RESULT_WEBHOOK_URL;
  if (url === undefined) return;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": ctx.id, traceparent: ctx.traceparent ?? "" },
    body: JSON.stringify(payload),
    signal: ctx.signal,
  });
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
}
