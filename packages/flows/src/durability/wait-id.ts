/** The id of a further wait of a record, which may wait for several things one after the other. */
export function waitId(recordId: string, purpose: string | undefined): string {
  return purpose === undefined ? recordId : `${recordId}!${purpose}`;
}

/** The record that waits. */
export function recordOfWait(id: string): string {
  const at = id.indexOf("!");
  return at < 0 ? id : id.slice(0, at);
}
