import { DiscardPolicy, jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { startNats } from "../../harness/servers.js";
import { subject } from "../../harness/subject.js";
import { consume, makeStream, open, order, publisher, relayed } from "../../nats/hand-written.js";

// The line by hand in one process, 256 publishes in flight. With the word `keeps`, its end keeps the newest thousand
// messages it received, each once, as a sink does.
subject(async ({ words, isQuick }) => {
  const { url } = await startNats();
  const [gateway, relay, sink] = await Promise.all([open(url), open(url), open(url)]);
  const manager = await jetstreamManager(gateway);
  await makeStream(manager);
  const keeps = words.includes("keeps");
  const latest = { max_msgs_per_subject: 1, max_msgs: 1_000, discard: DiscardPolicy.Old };
  if (keeps) await manager.streams.add({ name: "kept", subjects: ["kept.*"], storage: StorageType.File, ...latest });
  let landed = () => {};
  await consume(relay, "r", relayed(publisher(relay)));
  await consume(sink, "s", async (message) => {
    landed();
    if (keeps) await keep(jetstream(sink), message);
    message.ack();
  });
  const publish = publisher(gateway);
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
      publish("r", order, `m${id++}`).then(() => {
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

function keep(client, message) {
  const id = message.headers.get("Nats-Msg-Id").slice(0, -2);
  const expect = { lastSubjectSequence: 0 };
  return client.publish(`kept.${id}`, message.data, { msgID: id, expect });
}
