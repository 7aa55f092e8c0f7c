import { createInterface } from "node:readline";
import { jetstreamManager } from "@nats-io/jetstream";
import { rateOf } from "../harness/subject.js";

// One pod of the line g → r → s in a process of its own: <kind> <pod> <url>. Says that it is ready, sends as many messages
// as each line on its standard input asks for, 256 at a time, and says when it has received as many as it was told to.
const [kind, pod, url] = process.argv.slice(2);
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
let received = 0;
let expected = 0;
const landed = () => {
  if (++received === expected) say({ at: performance.timeOrigin + performance.now() });
};

const send = kind === "pawl" ? await startPawl() : await startByHand();
createInterface({ input: process.stdin }).on("line", (line) => {
  const { expect, send: count } = JSON.parse(line);
  if (expect !== undefined) expected = received + expect;
  if (count !== undefined) rateOf(count, 256, send);
});
say({ isReady: true });

async function startPawl() {
  const { parseNetwork, startNetwork } = await import("@pawl/networks");
  const { createNatsTransport } = await import("@pawl/networks/nats");
  const { network } = parseNetwork(`name: line
pods:
  - { id: g, type: gateway }
  - { id: r, type: relay, mailbox: 1000000 }
  - { id: s, type: terminator, mailbox: 1000000 }
connections:
  - { from: g, to: r }
  - { from: r, to: s }
`);
  const passOn = (message) => message;
  const running = await startNetwork(network, {
    transport: createNatsTransport({ server: { url } }),
    pods: [pod],
    hooks: { g: passOn, r: passOn, s: landed },
  });
  const payload = { order: 1, note: "x".repeat(220) };
  return async () => {
    const { status } = await running.send("g", { payload, headers: {} });
    if (status !== "accepted") throw new Error(`A message was ${status}.`);
  };
}

async function startByHand() {
  const { consume, inboxPublisher, makeStream, open, order, publisher, relayed } = await import("./hand-written.js");
  const connection = await open(url);
  const publish = (kind === "inbox" ? inboxPublisher : publisher)(connection);
  if (pod === "g") await makeStream(await jetstreamManager(connection));
  else {
    const end = (message) => {
      JSON.parse(message.string());
      landed();
      message.ack();
    };
    await consume(connection, pod, pod === "r" ? relayed(publish) : end);
  }
  return (number) => publish("r", order, `m${number}-${performance.now()}`);
}
