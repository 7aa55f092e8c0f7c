import { randomUUID } from "node:crypto";

/** Routing metadata, the same for every branch. */
export function onReceiveFanOut(payload: Record<string, unknown>) {
  payload.broadcast_id = randomUUID();
  payload.dispatched_at = Date.now() / 1_000;
  return payload;
}
