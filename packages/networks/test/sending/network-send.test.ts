import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createEngine, createMemoryStore, type Engine, type HttpMount, parseFlow, type RunRecord } from "@pawl/flows";
import { type Clock, systemClock } from "@pawl/hooks/guard";
import { createSqliteTransport, networkSend, type RunningNetworks, readHistory, startNetworks } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { orderFrom } from "../../src/nats/order-from.ts";
import { sendThere } from "../../src/sending/send-there.ts";
import { findOwner } from "../../src/transport/sqlite/find-owner.ts";
import { whyNoNats } from "../nats/nats-server.ts";
import { closing, natsTransport, natsUrl, networkText, newTenant, temporaryFolder, until } from "../networks.ts";

const pods = ["g:gateway", "f:distributor", "a:relay", "b:relay", "j:aggregator", "s:sink", "t:terminator"];
const edges = ["g>f", "f>a", "f>b", "a>j", "b>j", "j>s", "f>t"];

function project(): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, ".pawl"));
  mkdirSync(join(dir, "networks", "n"), { recursive: true });
  writeFileSync(join(dir, "networks", "n.yaml"), networkText(pods, edges));
  const hook = (pod: string, text: string) => writeFileSync(join(dir, "networks", "n", `${pod}.js`), text);
  hook(
    "g",
    "export function onTrigger(payload) { if (payload.bad) throw new Error('bad order'); return payload.none ? undefined : payload; }",
  );
  hook("b", "export const onReceiveRelay = () => undefined;");
  return dir;
}

async function start(dir: string, http?: HttpMount): Promise<RunningNetworks> {
  const transport = closing(createSqliteTransport({ file: join(dir, ".pawl", "networks.db") }));
  const networks = await startNetworks(dir, { transport, ...(http === undefined ? {} : { http }) });
  onTestFinished(() => networks.stop({ drainTimeoutMs: 50 }));
  expect(networks.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return networks;
}

function engineOf(projectDir: string, clock: Clock = systemClock, env: Record<string, string> = {}): Engine {
  const store = createMemoryStore();
  onTestFinished(() => store.close());
  return createEngine({ projectDir, store, nodes: [networkSend], clock, env });
}

async function send(engine: Engine, given: object): Promise<{ run: RunRecord; output: Record<string, unknown> }> {
  const text = JSON.stringify({ name: "f", steps: [{ id: "send", uses: "network.send", with: given }] });
  const run = await engine.run((await parseFlow(text)).flow!);
  const [step] = await engine.store.durability.steps(run.id);
  return { run, output: step!.output as Record<string, unknown> };
}

const file = (dir: string) => join(dir, ".pawl", "networks.db");

describe("network.send", () => {
  test("goes on once the message is durable, in the trace of its step", async () => {
    const dir = project();
    const networks = await start(dir);
    const { run, output } = await send(engineOf(dir), { network: "n", pod: "g", data: { n: 1 } });
    expect(output).toEqual({ network: "n", pod: "g", status: "accepted", correlation_id: expect.any(String) });
    await networks.runs.get("n")!.line.flush();
    const [message] = readHistory(file(dir), { traceId: run.traceId });
    expect(message).toMatchObject({ correlationId: output.correlation_id, traceId: run.traceId });
  });

  test("with wait gives what each end was given, and says which got nothing", async () => {
    const dir = project();
    await start(dir);
    const engine = engineOf(dir);
    const { output } = await send(engine, { network: "n", pod: "g", data: { n: 1 }, wait: true });
    expect(output).toMatchObject({ status: "completed", results: { s: { results: [{ n: 1 }] } }, suppressed: [] });
    const none = await send(engine, { network: "n", pod: "g", data: { none: true }, wait: "20s" });
    expect(none.output).toMatchObject({ status: "completed", results: {}, suppressed: ["t", "s"] });
  });

  test("says what is wrong with its words, and whether trying again may help", async () => {
    const dir = project();
    await start(dir);
    const engine = engineOf(dir);
    const codeOf = async (given: object) => (await send(engine, given)).run.error;
    expect(await codeOf({ network: "m", pod: "g" })).toMatchObject({ code: "unknown-network" });
    expect(await codeOf({ network: "n", pod: "gg" })).toMatchObject({
      code: "unknown-pod",
      message: expect.stringContaining('Did you mean "g"?'),
    });
    expect(await codeOf({ network: "n", pod: "a" })).toMatchObject({ code: "unknown-pod" });
    expect(await codeOf({ network: "n", pod: "g", data: { bad: true } })).toMatchObject({
      code: "message-refused",
      message: expect.stringContaining("bad order"),
    });
    expect(await codeOf({ network: "n", pod: "g", wait: "soon" })).toMatchObject({ code: "invalid-input" });
    expect(await codeOf({ network: "n", pod: "g", data: [1] })).toMatchObject({ code: "invalid-input" });
  });

  test("that nobody can take now fails after a while, so that retry may try again", async () => {
    let passed = 0;
    const clock: Clock = {
      ...systemClock,
      now: () => Date.now() + passed,
      monotonic: () => systemClock.monotonic(),
      after: (ms, run) => systemClock.after(ms, run),
      sleep: async (ms) => {
        passed += ms;
      },
    };
    const { run } = await send(engineOf(project(), clock), { network: "n", pod: "g" });
    expect(run.error).toMatchObject({ code: "network-not-running", message: expect.stringContaining("pawl serve") });
  });
});

describe.skipIf(whyNoNats !== undefined)("network.send with $PAWL_TRANSPORT", () => {
  test("sends through whoever runs the pod on that server, wherever the flow runs", async () => {
    const tenant = newTenant();
    const networks = await startNetworks(project(), { transport: await natsTransport({ tenant }) });
    onTestFinished(() => networks.stop({ drainTimeoutMs: 50 }));
    const env = { PAWL_TRANSPORT: await natsUrl(), PAWL_TENANT: tenant };
    const engine = engineOf(temporaryFolder(), systemClock, env);
    const { run, output } = await send(engine, { network: "n", pod: "g", data: { n: 1 }, wait: "20s" });
    expect(output).toMatchObject({ status: "completed", results: { s: { results: [{ n: 1 }] } }, suppressed: [] });
    const { line } = networks.runs.get("n")!;
    await until(async () => (await line.recall({ traceId: run.traceId }))[0]?.passages.length === 7);
    const codeOf = async (given: object) => (await send(engine, given)).run.error;
    expect(await codeOf({ network: "n", pod: "g", data: { bad: true } })).toMatchObject({ code: "message-refused" });
    const known = engineOf(project(), systemClock, env);
    expect((await send(known, { network: "n", pod: "gg" })).run.error).toMatchObject({ code: "unknown-pod" });
    const wrong = engineOf(temporaryFolder(), systemClock, { PAWL_TRANSPORT: "http://127.0.0.1" });
    expect((await send(wrong, { network: "n", pod: "g" })).run.error).toMatchObject({ code: "transport-invalid" });
  });

  test("sends the same step once, also when the server no longer knows its id", async () => {
    const tenant = newTenant();
    const limits = { duplicateWindowMs: 200 };
    const networks = await startNetworks(project(), { transport: await natsTransport({ tenant, limits }) });
    onTestFinished(() => networks.stop({ drainTimeoutMs: 50 }));
    const server = { url: await natsUrl(), env: { PAWL_TENANT: tenant } };
    const order = (waitMs?: number) => orderFrom(server, { ...sending, waitMs }, new AbortController().signal);
    const first = await order(20_000);
    expect(first).toMatchObject({ status: "completed", ends: { results: { s: { results: [{ n: 1 }] } } } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await order(20_000)).toEqual(first);
    expect(await order()).toMatchObject({ status: "accepted" });
    expect((await networks.runs.get("n")!.line.outputs(5)).count).toBe(1);
  });
});

const sending = {
  network: "n",
  pod: "g",
  data: { n: 1 },
  key: "01RUN:send",
  traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  waitMs: 20_000,
};

describe("another process", () => {
  const { signal } = new AbortController();

  /** As little of a server as routes need. */
  async function listen(): Promise<HttpMount> {
    type Handler = Parameters<HttpMount["route"]>[2];
    const routes: { method: string; pattern: RegExp; names: string[]; handler: Handler }[] = [];
    const server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const url = `http://x${incoming.url}`;
      const found = routes.find((each) => each.method === incoming.method && each.pattern.test(new URL(url).pathname));
      if (!found) return void outgoing.writeHead(404).end("{}");
      const values = found.pattern.exec(new URL(url).pathname)!.slice(1);
      const params = Object.fromEntries(found.names.map((name, index) => [name, decodeURIComponent(values[index]!)]));
      const headers = incoming.headers as Record<string, string>;
      const request = new Request(url, { method: incoming.method!, headers, body: Buffer.concat(chunks) });
      const answer = await found.handler(request, { params, remoteAddress: undefined });
      outgoing.writeHead(answer.status, { ...answer.headers } as Record<string, string>).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      route(method, path, handler) {
        const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
        routes.push({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "([^/]+)")}$`), names, handler });
        return () => {};
      },
    };
  }

  test("sends through the one that runs the network; the same step again is the same message", async () => {
    const dir = project();
    const networks = await start(dir, await listen());
    const owner = findOwner(file(dir), "n")!;
    const first = await sendThere(owner, sending, signal);
    expect(first).toMatchObject({ status: "completed", ends: { results: { s: { results: [{ n: 1 }] } } } });
    expect(await sendThere(owner, sending, signal)).toEqual(first);
    expect(await sendThere(owner, { ...sending, waitMs: undefined }, signal)).toMatchObject({ status: "accepted" });
    expect((await networks.runs.get("n")!.line.outputs(5)).count).toBe(1);
  });

  test("is refused without the key of the file, and told when a name is wrong", async () => {
    const dir = project();
    await start(dir, await listen());
    const owner = findOwner(file(dir), "n")!;
    const forged = createHash("sha256").update("x").digest("base64url");
    await expect(sendThere({ ...owner, key: forged }, sending, signal)).rejects.toMatchObject({
      message: expect.stringContaining("Only who can read"),
    });
    await expect(sendThere(owner, { ...sending, pod: "q" }, signal)).rejects.toMatchObject({ code: "unknown-pod" });
    await expect(sendThere({ ...owner, url: "http://127.0.0.1:1" }, sending, signal)).rejects.toMatchObject({
      code: "network-not-running",
    });
  });
});
