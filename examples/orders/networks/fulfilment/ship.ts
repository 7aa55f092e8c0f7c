import type { PodContext } from "@pawl/networks";

/** The end: the parcel goes to a server outside, which knows by the key whether it has had it before. */
export async function onReceiveTerminator(parcel: Record<string, unknown>, ctx: PodContext) {
  const url = process.env.SHIP_URL;
  if (url === undefined) return ctx.log.info(`SHIP_URL is not set, so ${parcel.invoice} goes nowhere.`);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": ctx.id,
      traceparent: ctx.traceparent,
    },
    body: JSON.stringify(parcel),
    signal: ctx.signal,
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
}
