/** Enrichment on the way. The payload is this pod's own copy, so it can be changed in place. */
export function onReceiveRelay(payload: Record<string, unknown>) {
  payload.processed_at = new Date().toISOString();
  payload.processed_by = "middleware";
  return payload;
}
