import { join } from "node:path";
import { createMemoryTransport, createSqliteTransport, parseNetwork, startNetwork } from "@pawl/networks";
import { createNatsTransport } from "@pawl/networks/nats";
import { temporaryFolder } from "../../harness/folder.js";
import { startNats } from "../../harness/servers.js";
import { subject } from "../../harness/subject.js";

const lineTo = (end) => `name: line
pods:
  - { id: g, type: gateway }
  - { id: r, type: relay }
  - { id: s, type: ${end} }
connections:
  - { from: g, to: r }
  - { from: r, to: s }
`;
const branches = ["a", "b", "c", "d"];
const fan = `name: fan
pods:
  - { id: g, type: gateway }
  - { id: f, type: distributor }
${branches.map((id) => `  - { id: ${id}, type: relay }`).join("\n")}
  - { id: j, type: aggregator }
  - { id: s, type: sink }
connections:
  - { from: g, to: f }
${branches.map((id) => `  - { from: f, to: ${id} }\n  - { from: ${id}, to: j }`).join("\n")}
  - { from: j, to: s }
`;
const shapes = { line: lineTo("sink"), passing: lineTo("terminator"), fan };
const payload = { order: 1, note: "x".repeat(220) };

const transports = {
  memory: () => createMemoryTransport(),
  sqlite: () => createSqliteTransport({ file: join(temporaryFolder(), "networks.db") }),
  nats: async () => createNatsTransport({ server: { url: (await startNats()).url } }),
};

// Words: an engine, a shape, messages. Messages per second from the gateway to the end, 256 on their way. A sink keeps what
// it received, a terminator does not.
subject(async ({ words: [engine, shape, count], isQuick }) => {
  const { network, diagnostics } = parseNetwork(shapes[shape]);
  if (network === undefined) throw new Error(JSON.stringify(diagnostics));
  const flight = new Flight(256);
  // Every pod has a hook, as it would in earnest; the sink's says that a message has come.
  const passOn = (message) => message;
  const special = { j: ([first, ...others]) => ({ ...first, of: others.length + 1 }), s: () => flight.land() };
  const hooks = Object.fromEntries(network.pods.map(({ id }) => [id, special[id] ?? passOn]));
  const running = await startNetwork(network, { transport: await transports[engine](), hooks });
  await flight.send(running, Number(count) / 5);
  return flight.send(running, Number(count) / (isQuick ? 4 : 1));
});

/** Sends so many messages that a given number is always on its way. */
class Flight {
  #credit;
  #landed = 0;
  #wake = () => {};

  constructor(credit) {
    this.#credit = credit;
  }

  land() {
    this.#credit++;
    this.#landed++;
    this.#wake();
  }

  async send(running, count) {
    this.#landed = 0;
    const begin = performance.now();
    const input = { payload, headers: {} };
    for (let sent = 0; sent < count; sent++) {
      while (this.#credit === 0) await this.#landing();
      this.#credit--;
      running.send("g", input).then(check, fail);
    }
    while (this.#landed < count) await this.#landing();
    return (count / (performance.now() - begin)) * 1_000;
  }

  #landing() {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function check({ status }) {
  if (status !== "accepted") fail(new Error(`A message was ${status}.`));
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`, () => process.exit(1));
}
