import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { createLogger, silentLogger } from "@pawl/hooks/guard";
import {
  askStatus,
  FullError,
  type HookFunction,
  type Network,
  type RunningNetwork,
  startNetwork,
  type Transport,
  UnavailableError,
} from "@pawl/networks";
import { createNatsTransport } from "@pawl/networks/nats";
import { describe, expect, onTestFinished, test } from "vitest";
import { TriggerEndpoint } from "../../src/gateway/trigger-endpoint.ts";
import { startAutoTriggers } from "../../src/initiators/auto-trigger.ts";
import { openLink } from "../../src/nats/link.ts";
import { Names } from "../../src/nats/names.ts";
import { Publisher } from "../../src/nats/publisher.ts";
import { Records } from "../../src/nats/records.ts";
import { Sweep } from "../../src/nats/sweep.ts";
import type { NewDeadLetter } from "../../src/transport/dead-letter.ts";
import { closing, fan, line, natsTransport, natsUrl, network, newTenant, temporaryFolder, until } from "../networks.ts";
import { freePort, type NatsServer, startOwnNats, whyNoNats, whyNoOwnNats } from "./nats-server.ts";

interface Part {
  readonly transport: Transport;
  readonly pods?: readonly string[];
  readonly hooks?: Readonly<Record<string, HookFunction>>;
}

/** What one of several processes would run. */
async function start(net: Network, { transport, pods, hooks = {} }: Part): Promise<RunningNetwork> {
  const here = pods === undefined ? {} : { pods };
  const run = await startNetwork(net, { transport, hooks, random: () => 0, ...here });
  onTestFinished(() => run.stop({ drainTimeoutMs: 50 }));
  return run;
}

async function outputs(run: RunningNetwork): Promise<unknown[]> {
  const sink = run.network.pods.findIndex((pod) => pod.type === "sink");
  return (await run.line.outputs(sink)).results.map(({ text }) => JSON.parse(text));
}

async function ownServer(config = ""): Promise<NatsServer> {
  const server = await startOwnNats({ config });
  onTestFinished(() => server.close());
  return server;
}

async function raw(url: string): Promise<NatsConnection> {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  return connection;
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const send = (run: RunningNetwork, n: number, id?: string) =>
  run.send("g", { payload: { n }, headers: {}, ...(id === undefined ? {} : { correlationId: id }) });

describe.skipIf(whyNoNats !== undefined)("on NATS", () => {
  test("a gateway hears what became of its message at a sink in another process", async () => {
    const tenant = newTenant();
    const gateway = await start(line, { transport: await natsTransport({ tenant }), pods: ["g"] });
    const relays = await start(line, { transport: await natsTransport({ tenant }), pods: ["r"] });
    const sinks = await start(line, { transport: await natsTransport({ tenant }), pods: ["s"] });
    const settled = gateway.waitFor("g", "m1", 5_000);
    await gateway.send("g", { payload: { n: 1 }, headers: {}, correlationId: "m1", isAwaited: true });
    expect(await settled).toEqual({ results: { s: { n: 1 } }, suppressed: [], failed: [] });
    const status = await askStatus(relays.line, 500);
    expect(status).toMatchObject({ state: "ready", isReady: true, processes: 3, deadLetters: 0 });
    expect(status!.pods.map((pod) => [pod.id, pod.processes, pod.received])).toEqual([
      ["g", 1, 1],
      ["r", 1, 1],
      ["s", 1, 1],
    ]);
    await sinks.stop();
    expect((await askStatus(gateway.line, 500))?.reason).toBe("no process runs s");
  });

  test("replicas of a relay share its messages, and only one of an aggregator works, until it ends", async () => {
    const tenant = newTenant();
    const open = () => natsTransport({ tenant, leaseMs: 3_000 });
    const seen = { first: 0, second: 0 };
    const closed: string[] = [];
    const hooks = (who: "first" | "second") => ({
      a: async (payload: object) => {
        seen[who]++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return payload;
      },
      j: (partials: { n: number }[]) => {
        closed.push(who);
        return { n: partials[0]!.n };
      },
    });
    const net = fan({ a: "concurrency: 4" });
    const rest = await start(net, { transport: await open(), pods: ["g", "f", "b", "c", "s"] });
    const first = await start(net, { transport: await open(), pods: ["a", "j"], hooks: hooks("first") });
    await until(async () => (await askStatus(rest.line, 300))!.processes === 2);
    await start(net, { transport: await open(), pods: ["a", "j"], hooks: hooks("second") });
    await Promise.all(Array.from({ length: 600 }, (_, n) => send(rest, n)));
    await until(async () => (await outputs(rest)).length === 600, 20_000);
    expect(seen.first + seen.second).toBe(600);
    expect(Math.min(seen.first, seen.second)).toBeGreaterThan(50);
    expect(new Set(closed)).toEqual(new Set(["first"]));
    await first.stop();
    await send(rest, 600);
    await until(async () => (await outputs(rest)).length === 601);
    expect(closed.at(-1)).toBe("second");
  });

  test("a token that is stored twice reaches its hook once", async () => {
    const tenant = newTenant();
    const calls: unknown[] = [];
    const transport = await natsTransport({ tenant });
    const run = await start(line, { transport, hooks: { r: (payload: object) => void calls.push(payload) } });
    await send(run, 1, "m1");
    await until(() => calls.length === 1);
    // As a server would hand it out that has forgotten the id.
    const connection = await raw(await natsUrl());
    const body = JSON.stringify([1, "m1", 0, [], "g", 1, 1, 0, 0]);
    connection.publish(`pn.${tenant}.n.in.r.g`, `${body}\n{"n":1}`);
    await until(() => run.parts.stats[1]!.duplicates === 1);
    expect(calls).toHaveLength(1);
  });

  test("a token that died and is delivered again, where its pod has forgotten it, has one dead letter", async () => {
    const tenant = newTenant();
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "retry: 1" });
    const failing = (why: string) => async () => {
      const r = () => {
        throw new Error(why);
      };
      return start(net, { transport: await natsTransport({ tenant }), hooks: { r } });
    };
    const first = await failing("It is broken.")();
    await send(first, 1, "m1");
    await until(async () => (await first.line.deadLetters.count()) === 1);
    await first.stop();
    const second = await failing("It is broken in another way.")();
    const body = JSON.stringify([1, "m1", 0, [], "g", 1, 1, 0, 0]);
    (await raw(await natsUrl())).publish(`pn.${tenant}.n.in.r.g`, `${body}\n{"n":1}`);
    await until(() => second.parts.stats[1]!.dead === 1);
    await second.line.flush();
    const letters = await second.line.deadLetters.list();
    expect(letters.map(({ error }) => error)).toEqual(["It is broken."]);
  });

  test("what is no token, and a token of a connection that is gone, are put away and hold up nothing", async () => {
    const tenant = newTenant();
    const old = network(["g:gateway", "f:distributor", "r:relay", "s:sink", "t:sink"], ["g>f", "f>r", "f>t", "r>s"]);
    const before = await start(old, { transport: await natsTransport({ tenant }), pods: ["g", "f"] });
    await send(before, 1, "m1");
    await until(() => before.parts.stats[1]!.sent === 2);
    await before.stop();
    // The relay now follows on the gateway, and nothing leads to t any more.
    const run = await start(line, { transport: await natsTransport({ tenant }) });
    const connection = await raw(await natsUrl());
    connection.publish(`pn.${tenant}.n.in.r.g`, "who knows");
    await send(run, 2, "m2");
    await until(async () => (await outputs(run)).length === 1);
    await until(async () => (await run.line.deadLetters.count()) === 1);
    const [letter] = await run.line.deadLetters.list();
    expect(letter).toMatchObject({ pod: "r", reason: "stale-edge" });
    expect(letter!.envelopes[0]).toMatchObject({ corr: "m1", from: "f", to: "r", data: { n: 1 } });
  });

  test("what a former version kept for all pods in one stream goes to the streams of the pods, once", async () => {
    const tenant = newTenant();
    const former = `pn_${tenant}_n`;
    const manager = await jetstreamManager(await raw(await natsUrl()));
    const subjects = [`pn.${tenant}.n.in.>`];
    await manager.streams.add({ name: former, subjects, retention: "workqueue", allow_direct: true });
    const filter_subject = `pn.${tenant}.n.in.r.*`;
    await manager.consumers.add(former, { durable_name: "r", ack_policy: "explicit", filter_subject });
    const publish = (id: string, to: string) => {
      const head = headers();
      head.set("Nats-Msg-Id", `${id}/g/${to}`);
      const body = `${JSON.stringify([1, id, 0, [], "g", 1, 1, 0, 0])}\n{"id":"${id}"}`;
      return manager.jetstream().publish(`pn.${tenant}.n.in.${to}.g`, body, { headers: head });
    };
    for (const [id, to] of [
      ["m1", "r"],
      ["m2", "gone"],
      ["m3", "r"],
    ] as const)
      await publish(id, to);
    const open = async () => (await natsTransport({ tenant })).open(line);
    const [first] = await Promise.all([open(), open()]);
    await expect(manager.streams.info(former)).rejects.toThrow("not found");
    expect(await first.pending("m2"), "of no pod that is known").toBe(0);
    expect((await manager.streams.info(`${former}_in_gone`)).state.messages).toBe(1);
    expect((await publish("m1", "r")).duplicate).toBe(true);
    const run = await start(line, { transport: await natsTransport({ tenant }) });
    await until(async () => (await outputs(run)).length === 2);
    expect(await outputs(run)).toEqual([{ id: "m1" }, { id: "m3" }]);
  });

  test("processes that make the same streams at once all come to run; streams of a stranger are named", async () => {
    const tenant = newTenant();
    const transports = await Promise.all(Array.from({ length: 6 }, () => natsTransport({ tenant })));
    await Promise.all(transports.map((transport) => transport.open(line)));
    const other = newTenant();
    const manager = await jetstreamManager(await raw(await natsUrl()));
    await manager.streams.add({ name: `${other}_own`, subjects: [`pn.${other}.n.in.r.g`] });
    const refused = (await natsTransport({ tenant: other })).open(line);
    await expect(refused).rejects.toMatchObject({ code: "stream-unusable" });
    await expect(refused).rejects.toThrow(`pn_${other}_n_in_r`);
  });

  test("a full stream takes no new messages, and loses none that it took", async () => {
    const tenant = newTenant();
    const limits = { maxMessages: 40 };
    const gateway = await start(line, { transport: await natsTransport({ tenant, limits }), pods: ["g"] });
    const endpoint = new TriggerEndpoint(gateway, line.pods[0]!, "/runs");
    const post = () => endpoint.handle(new Request("http://test/trigger", { method: "POST" }));
    let accepted = 0;
    let answer = await post();
    for (; answer.status === 202; answer = await post()) accepted++;
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    expect(accepted).toBeGreaterThanOrEqual(20);
    await expect(send(gateway, 0)).rejects.toBeInstanceOf(FullError);
    const rest = await start(line, { transport: await natsTransport({ tenant, limits }), pods: ["r", "s"] });
    await until(async () => (await rest.line.outputs(2)).count === accepted);
    await until(async () => (await post()).status === 202);
  });

  test("what is too large is refused with 413 at the gateway, and dead inside", async () => {
    const run = await start(fan({ a: "retry: 1", j: "retry: 1" }), {
      transport: await natsTransport(),
      hooks: {
        a: () => ({ text: "x".repeat(2_000_000) }),
        b: () => ({ text: "€".repeat(200_000) }),
        c: () => ({ text: "y".repeat(700_000) }),
        j: () => {
          throw new Error("Together they are too much.");
        },
      },
    });
    const endpoint = new TriggerEndpoint(run, run.network.pods[0]!, "/runs");
    const body = JSON.stringify({ text: "x".repeat(1_040_000) });
    const type = { "content-type": "application/json" };
    const answer = await endpoint.handle(new Request("http://test/trigger", { method: "POST", body, headers: type }));
    expect([answer.status, (JSON.parse(answer.body) as { error: { code: string } }).error.code]).toEqual([
      413,
      "too_large",
    ]);
    await send(run, 1);
    await until(async () => (await run.line.deadLetters.count()) === 2);
    const [set, single] = await run.line.deadLetters.list();
    expect([single!.pod, single!.reason]).toEqual(["a", "too-large"]);
    expect([set!.pod, set!.reason, set!.envelopes.length]).toEqual(["j", "failed", 3]);
    // Longer than one message can be: it comes back whole.
    const texts = set!.envelopes.map((envelope) => (envelope.data as { text: string } | undefined)?.text.length);
    expect(texts.sort()).toEqual([200_000, 700_000, undefined]);
    expect(await run.line.deadLetters.remove([set!.id])).toBe(1);
    expect(await run.line.deadLetters.count()).toBe(1);
  });

  test("two processes of a pod with an auto-trigger send each of its messages once", async () => {
    const tenant = newTenant();
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], {
      g: "autoTrigger: { count: 5, interval: 10ms, payload: { by: itself } }",
    });
    let calls = 0;
    const hooks = { g: (payload: object) => ({ ...payload, call: ++calls }) };
    const runs = await Promise.all(
      [1, 2].map(async () => start(net, { transport: await natsTransport({ tenant, leaseMs: 600 }), hooks })),
    );
    for (const run of runs) startAutoTriggers(run);
    await until(async () => (await outputs(runs[0]!)).length === 5);
    await until(async () =>
      (await Promise.all(runs.map((run) => run.line.note(0, `auto/${net.revision}`)))).every((sent) => sent === "5"),
    );
    expect(calls).toBe(5);
  });
});

describe.skipIf(whyNoOwnNats !== undefined)("a NATS server", () => {
  test("that is not there at start is waited for; one that goes away is told about, and nothing is accepted meanwhile", async () => {
    const port = await freePort();
    const lines: string[] = [];
    const log = createLogger((level, message) => void lines.push(`${level} ${message}`));
    const url = `nats://127.0.0.1:${port}`;
    const transport = closing(createNatsTransport({ server: { url }, log }));
    const starting = start(line, { transport });
    await until(() => lines.some((text) => text.includes("cannot be reached, trying again")));
    const server = await startOwnNats({ port });
    onTestFinished(() => server.close());
    const run = await starting;
    expect(run.isReady).toBe(true);
    await server.kill();
    await until(() => !run.isReady);
    expect(run.reason).toContain(`${url} is not connected`);
    await expect(send(run, 1)).rejects.toBeInstanceOf(UnavailableError);
    await server.restart();
    await until(() => run.isReady);
    await send(run, 2);
    await until(async () => (await outputs(run)).length === 1);
    expect(await outputs(run)).toEqual([{ n: 2 }]);
  });

  test("that gives no answer is one to come back to, whatever it was asked", async () => {
    const server = await ownServer();
    const transport = closing(createNatsTransport({ server: { url: server.url }, answerMs: 300 }));
    const run = await start(line, { transport });
    const endpoint = new TriggerEndpoint(run, line.pods[0]!, "/runs");
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    const post = () => endpoint.handle(new Request("http://test/trigger", { method: "POST", body: "{}", headers }));
    server.process!.kill("SIGSTOP");
    // The signal has come to all its threads.
    const stat = `/proc/${server.process!.pid}/stat`;
    await until(() => !existsSync(stat) || readFileSync(stat, "utf8").includes(") T "));
    const asked = [run.line.outputs(2), run.line.deadLetters.count(), run.line.pending("m"), run.line.receipt(0, "k")];
    const [answer, ...failures] = await Promise.all([
      post(),
      ...asked.map((question) =>
        (question as Promise<unknown>).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    ]);
    for (const failure of failures) expect(failure).toBeInstanceOf(UnavailableError);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    server.process!.kill("SIGCONT");
    await until(() => run.isReady);
    expect((await post()).status).toBe(202);
  });

  test("that does not know who asks says so at once", async () => {
    const server = await ownServer(`authorization { user: pawl, password: right }`);
    const open = (options: object) =>
      closing(createNatsTransport({ server: { url: server.url, ...options } })).open(line);
    await expect(open({ user: "pawl", password: "wrong" })).rejects.toMatchObject({ code: "wrong-credentials" });
    await expect(open({})).rejects.toMatchObject({ code: "wrong-credentials" });
    await expect(open({ credsFile: "/nowhere.creds" })).rejects.toMatchObject({ code: "transport-invalid" });
    await expect(open({ url: "http://127.0.0.1" })).rejects.toMatchObject({ code: "transport-invalid" });
    await open({ user: "pawl", password: "right" });
    await open({ url: server.url.replace("//", "//pawl:right@") });
  });

  test.skipIf(!hasOpenssl())("is reached with a token, and over TLS with a certificate on both sides", async () => {
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA");
    openssl(
      "req",
      ...key,
      "-keyout",
      "own.key",
      "-out",
      "own.csr",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
    );
    openssl(
      "x509",
      "-req",
      "-in",
      "own.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      "own.pem",
      "-days",
      "2",
      "-copy_extensions",
      "copy",
    );
    const files = `cert_file: "${file("own.pem")}", key_file: "${file("own.key")}", ca_file: "${file("ca.pem")}"`;
    const server = await ownServer(`tls { ${files}, verify: true }\nauthorization { token: secret }`);
    const tls = { ca: file("ca.pem"), cert: file("own.pem"), key: file("own.key") };
    const transport = closing(createNatsTransport({ server: { url: server.url, tls, token: "secret" } }));
    const run = await start(line, { transport });
    await send(run, 1);
    await until(async () => (await outputs(run)).length === 1);
  });

  test("holds on to what it stored for pods that a newer revision no longer has, until that is buried", async () => {
    const server = await ownServer();
    const old = network(["g:gateway", "f:distributor", "r:relay", "s:sink", "t:sink"], ["g>f", "f>r", "f>t", "r>s"]);
    const open = () => closing(createNatsTransport({ server: { url: server.url } }));
    const before = await start(old, { transport: open(), pods: ["g", "f"] });
    await send(before, 1, "m1");
    await until(() => before.parts.stats[1]!.sent === 2);
    await before.stop();
    const run = await start(line, { transport: open(), pods: ["g"] });
    const link = await openLink({
      server: { url: server.url },
      name: "test",
      inboxPrefix: "_INBOX",
      log: silentLogger,
      answerMs: 5_000,
      signal: new AbortController().signal,
    });
    const publisher = new Publisher(link);
    onTestFinished(async () => {
      publisher.close();
      await link.close();
    });
    const names = new Names("default", "n");
    const buried: string[] = [];
    const bury = async (letter: NewDeadLetter) => void buried.push(`${letter.pod} ${letter.envelopes[0]!.corr}`);
    const sweep = new Sweep({ link, records: new Records(link, publisher), names, network: line, bury });
    onTestFinished(() => sweep.close());
    await sweep.begin();
    await sweep.look();
    expect(buried, "an older process may still take it").toEqual([]);
    await sweep.look();
    expect(buried).toEqual(["t m1"]);
    await expect(link.manager.streams.info(names.waiting("t"))).rejects.toThrow("not found");
    expect((await link.manager.streams.info(names.waiting("r"))).state.messages).toBe(1);
    await run.stop();
  });
});
