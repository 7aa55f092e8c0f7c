import { connect } from "@nats-io/transport-node";
import { startNats } from "../../harness/servers.js";
import { subject } from "../../harness/subject.js";

// Bare NATS, nothing kept: one connection publishes, another one subscribes.
subject(async ({ isQuick }) => {
  const { url } = await startNats();
  const [sender, receiver] = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  const data = new TextEncoder().encode(JSON.stringify({ order: 1, note: "x".repeat(220) }));
  const all = (count) =>
    new Promise((resolve, reject) => {
      let received = 0;
      const begin = performance.now();
      const subscription = receiver.subscribe("bench", {
        callback(error) {
          if (error) reject(error);
          if (++received < count) return;
          subscription.unsubscribe();
          resolve((count / (performance.now() - begin)) * 1_000);
        },
      });
      receiver.flush().then(async () => {
        for (let sent = 0; sent < count; sent++) {
          sender.publish("bench", data);
          if (sent % 1_000 === 999) await sender.flush();
        }
      });
    });
  await all(20_000);
  return all(isQuick ? 40_000 : 400_000);
});
