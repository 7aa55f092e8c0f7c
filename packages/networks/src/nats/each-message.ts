import type { Link } from "./link.ts";

export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  readonly body: string;
  /** By which the server would know it if it came again. */
  readonly id: string | undefined;
}

/** Calls for each message that is in a stream, oldest first, one after the other. */
export async function eachMessage(
  { manager }: Link,
  stream: string,
  call: (message: StoredMessage) => Promise<void>,
): Promise<void> {
  for (let seq = 1; ; seq++) {
    const found = await manager.direct.getMessage(stream, { seq, next_by_subj: ">" });
    if (found === null) return;
    seq = found.seq;
    const id = found.header?.get("Nats-Msg-Id") || undefined;
    await call({ seq, subject: found.subject, body: found.string(), id });
  }
}
