import { AckPolicy, DiscardPolicy, jetstream, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

// What a careful author writes with the same client: published with an id, acknowledged only after what follows is
// stored, no stack trace per call.

export const stream = "bench";
export const order = new TextEncoder().encode(JSON.stringify({ order: 1, note: "x".repeat(220) }));

export function open(url) {
  return connect({ servers: url, noAsyncTraces: true });
}

/** A queue for each of two pods, `r` and `s`. */
export async function makeStream(manager) {
  await manager.streams.add({
    name: stream,
    subjects: [`${stream}.*`],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    duplicate_window: 120e9,
  });
  for (const pod of ["r", "s"]) {
    const consumer = { durable_name: pod, filter_subject: `${stream}.${pod}`, ack_policy: AckPolicy.Explicit };
    await manager.consumers.add(stream, { ...consumer, max_ack_pending: 2_048 });
  }
}

export async function consume(connection, pod, receive) {
  const consumer = await jetstream(connection).consumers.get(stream, pod);
  await consumer.consume({ max_messages: 1_024, callback: receive });
}

/** Publishes to a pod and resolves when it is stored, by the client's own publish. */
export function publisher(connection) {
  const client = jetstream(connection);
  return (to, data, id) => client.publish(`${stream}.${to}`, data, { headers: withId(id) });
}

/** The same with one inbox for all answers, which nobody needs for the client to work, and which costs much less. */
export function inboxPublisher(connection) {
  const inbox = `_INBOX.${Math.random().toString(36).slice(2)}.`;
  const waiting = new Map();
  let number = 0;
  connection.subscribe(`${inbox}*`, {
    callback: (_, answer) => {
      const key = Number(answer.subject.slice(inbox.length));
      waiting.get(key)(JSON.parse(answer.string()));
      waiting.delete(key);
    },
  });
  return (to, data, id) =>
    new Promise((resolve) => {
      number++;
      waiting.set(number, resolve);
      connection.publish(`${stream}.${to}`, data, { headers: withId(id), reply: inbox + number });
    });
}

/** A relay: what came goes on under an id that follows from its own. */
export function relayed(publish) {
  return async (message) => {
    await publish("s", message.data, `${message.headers.get("Nats-Msg-Id")}/s`);
    message.ack();
  };
}

function withId(id) {
  const head = headers();
  head.set("Nats-Msg-Id", id);
  return head;
}
