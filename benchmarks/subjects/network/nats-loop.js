import {
  AckPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { startNats } from "../../harness/servers.js";
import { subject } from "../../harness/subject.js";

// What a careful author writes with the same client: published with an id, acknowledged only after what follows is
// stored, 256 publishes in flight, no stack trace per call. With the word `keeps`, its end keeps the newest thousand
// messages it received, each once, as a sink does.
subject(async ({ words, isQuick }) => {
  const { url } = await startNats();
  const open = () => connect({ servers: url, noAsyncTraces: true });
  const [gateway, relay, sink] = await Promise.all([open(), open(), open()]);
  const manager = await jetstreamManager(gateway);
  await manager.streams.add({
    name: "bench",
    subjects: ["bench.*"],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    duplicate_window: 120e9,
  });
  for (const pod of ["r", "s"]) {
    const consumer = { durable_name: pod, filter_subject: `bench.${pod}`, ack_policy: AckPolicy.Explicit };
    await manager.consumers.add("bench", { ...consumer, max_ack_pending: 2_048 });
  }
  const keeps = words.includes("keeps");
  const latest = { max_msgs_per_subject: 1, max_msgs: 1_000, discard: DiscardPolicy.Old };
  if (keeps) await manager.streams.add({ name: "kept", subjects: ["kept.*"], storage: StorageType.File, ...latest });
  let landed = () => {};
  await consume(relay, "r", async (message) => {
    await publish(jetstream(relay), "bench.s", message.data, message.headers.get("Nats-Msg-Id"));
    message.ack();
  });
  await consume(sink, "s", async (message) => {
    landed();
    if (keeps) await keep(jetstream(sink), message);
    message.ack();
  });
  const data = new TextEncoder().encode(JSON.stringify({ order: 1, note: "x".repeat(220) }));
  const client = jetstream(gateway);
  let id = 0;
  const all = async (count) => {
    const begin = performance.now();
    let received = 0;
    let credit = 256;
    let wake = () => {};
    const end = new Promise((resolve) => {
      landed = () => {
        if (++received === count) resolve();
      };
    });
    for (let sent = 0; sent < count; sent++) {
      while (credit === 0) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      credit--;
      publish(client, "bench.r", data, `m${id++}`).then(() => {
        credit++;
        wake();
      });
    }
    await end;
    return (count / (performance.now() - begin)) * 1_000;
  };
  await all(6_000);
  return all(isQuick ? 7_500 : 30_000);
});

function publish(client, to, data, id) {
  const head = headers();
  head.set("Nats-Msg-Id", to.endsWith("s") ? `${id}/s` : id);
  return client.publish(to, data, { headers: head });
}

function keep(client, message) {
  const id = message.headers.get("Nats-Msg-Id").slice(0, -2);
  const expect = { lastSubjectSequence: 0 };
  return client.publish(`kept.${id}`, message.data, { msgID: id, expect });
}

async function consume(connection, pod, receive) {
  const consumer = await jetstream(connection).consumers.get("bench", pod);
  await consumer.consume({ max_messages: 1_024, callback: receive });
}
