// One of three processes: <kind> <pod> <url> <messages> <tenant>. Started by processes.js.
const [kind, role, url, countText, tenant = "t"] = process.argv.slice(2);
const count = Number(countText);
const warm = 2000;
const payload = { order: 1, note: "x".repeat(220) };
const say = (o) => process.stdout.write(`${JSON.stringify(o)}\n`);
const cpu0 = process.cpuUsage();
if (kind === "pawl") {
  const { parseNetwork, startNetwork } = await import("@pawl/networks");
  const { createNatsTransport } = await import("@pawl/networks/nats");
  const { network } = parseNetwork(`name: bench
pods:
  - { id: g, type: gateway, mailbox: 1000000 }
  - { id: r, type: relay, mailbox: 1000000 }
  - { id: s, type: terminator, mailbox: 1000000 }
connections:
  - { from: g, to: r }
  - { from: r, to: s }
`);
  let n = 0;
  const transport = createNatsTransport({ server: { url }, tenant });
  const run = await startNetwork(network, {
    transport,
    pods: [role],
    hooks: {
      g: (p) => p,
      r: (p) => p,
      s: () => {
        n++;
        if (n === warm || n === warm + count) say({ at: Date.now(), n, cpu: process.cpuUsage(cpu0) });
      },
    },
  });
  say({ ready: true });
  if (role === "g") {
    process.stdin.once("data", async () => {
      let sent = 0;
      const total = warm + count;
      const worker = async () => {
        while (sent < total) {
          sent++;
          await run.send("g", { payload, headers: {} });
        }
      };
      await Promise.all(Array.from({ length: 256 }, worker));
      say({ sent: true, cpu: process.cpuUsage(cpu0) });
    });
  } else process.stdin.resume();
  process.on("SIGTERM", async () => {
    say({ cpu: process.cpuUsage(cpu0) });
    process.exit(0);
  });
} else {
  const { connect, headers } = await import("@nats-io/transport-node");
  const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
  const nc = await connect({ servers: url, noAsyncTraces: true });
  const js = jetstream(nc);
  const stream = `bench_${tenant}`;
  if (role === "g") {
    const m = await jetstreamManager(nc);
    await m.streams.add({
      name: stream,
      subjects: [`${stream}.*`],
      storage: "file",
      retention: "workqueue",
      discard: "new",
      duplicate_window: 120e9,
    });
    for (const pod of ["r", "s"])
      await m.consumers.add(stream, {
        durable_name: pod,
        filter_subject: `${stream}.${pod}`,
        ack_policy: "explicit",
        max_ack_pending: 2048,
      });
  }
  let publish;
  if (kind === "loop") {
    publish = (to, data, id) => {
      const h = headers();
      h.set("Nats-Msg-Id", id);
      return js.publish(`${stream}.${to}`, data, { headers: h });
    };
  } else {
    const inbox = `_INBOX.${Math.random().toString(36).slice(2)}.`;
    const pending = new Map();
    let k = 0;
    nc.subscribe(`${inbox}*`, {
      callback: (_, m) => {
        const key = Number(m.subject.slice(inbox.length));
        const r = pending.get(key);
        pending.delete(key);
        r(JSON.parse(m.string()));
      },
    });
    publish = (to, data, id) => {
      const h = headers();
      h.set("Nats-Msg-Id", id);
      return new Promise((res) => {
        k++;
        pending.set(k, res);
        nc.publish(`${stream}.${to}`, data, { headers: h, reply: inbox + k });
      });
    };
  }
  const te = new TextEncoder();
  if (role === "g") {
    say({ ready: true });
    process.stdin.once("data", async () => {
      let sent = 0;
      const total = warm + count;
      const worker = async () => {
        while (sent < total) {
          const id = `m${sent++}`;
          await publish("r", te.encode(JSON.stringify(payload)), id);
        }
      };
      await Promise.all(Array.from({ length: 256 }, worker));
      say({ sent: true, cpu: process.cpuUsage(cpu0) });
    });
  } else {
    let consumer;
    for (;;) {
      try {
        consumer = await js.consumers.get(stream, role);
        break;
      } catch {
        await new Promise((r) => setTimeout(r, 50));
      }
    }
    let n = 0;
    await consumer.consume({
      max_messages: 1024,
      callback: async (m) => {
        if (role === "r") {
          const body = JSON.parse(m.string());
          await publish("s", te.encode(JSON.stringify(body)), `${m.headers.get("Nats-Msg-Id")}/s`);
          m.ack();
        } else {
          JSON.parse(m.string());
          m.ack();
          n++;
          if (n === warm || n === warm + count) say({ at: Date.now(), n });
        }
      },
    });
    say({ ready: true });
    process.stdin.resume();
  }
  process.on("SIGTERM", () => {
    say({ cpu: process.cpuUsage(cpu0) });
    process.exit(0);
  });
}
