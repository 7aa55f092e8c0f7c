import type { ConsumerConfig } from "@nats-io/jetstream";
import type { Link } from "./link.ts";

const batch = 128;
const nanos = 1_000_000;
const patienceMs = 5_000;
const goneMs = 30_000;

/** Hands over every message that is in a stream now, oldest first. */
export async function readStream(
  { manager, connection }: Link,
  stream: string,
  onMessage: (subject: string, text: string) => void,
): Promise<void> {
  const wanted: Partial<ConsumerConfig> = {
    ack_policy: "none",
    deliver_policy: "all",
    mem_storage: true,
    inactive_threshold: goneMs * nanos,
  };
  const { name, num_pending } = await manager.consumers.add(stream, wanted);
  for (let left = num_pending; left > 0; ) {
    const asked = Math.min(batch, left);
    const request = JSON.stringify({ batch: asked, no_wait: true });
    const messages = await connection.requestMany(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, request, {
      strategy: "count",
      maxMessages: asked,
      maxWait: patienceMs,
      // Messages come under subjects of their own, by which shared inboxes could not tell them apart.
      noMux: true,
    });
    let got = 0;
    for await (const message of messages) {
      // A word of the server: nothing is left.
      if (message.headers !== undefined && message.headers.code >= 100) break;
      got++;
      onMessage(message.subject, message.string());
    }
    if (got < asked) break;
    left -= got;
  }
  await manager.consumers.delete(stream, name).catch(() => {});
}
