import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";
import { engineOf, flowOf, later, newStore, supervise, until } from "./trigger-kit.ts";

interface Source {
  readonly url: string;
  readonly requests: IncomingMessage["headers"][];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A real server whose answer the test changes. */
async function source(): Promise<Source> {
  const requests: IncomingMessage["headers"][] = [];
  const made = { url: "", requests, answer: (_: IncomingMessage, response: ServerResponse) => void response.end() };
  const server = createServer((request, response) => {
    requests.push(request.headers);
    made.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/price`;
  return made;
}

function jsonAnswer(value: unknown, headers: Record<string, string> = {}): Source["answer"] {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };
}

async function polling(url: string, more: object = {}) {
  const clock = new FakeClock("2026-05-04T12:00:00Z");
  const flow = await flowOf("watch", [{ uses: "http.poll", with: { url, every: "1m", ...more } }]);
  const engine = engineOf(newStore());
  const supervision = await supervise([flow], { clock, engine });
  const payloads = async () => (await supervision.runs()).map((run) => run.trigger.payload).reverse();
  return { ...supervision, clock, flow, payloads };
}

/** One more poll, seen through to its end. */
async function poll(clock: FakeClock, { requests }: Source): Promise<void> {
  const before = requests.length;
  await until(async () => {
    if (requests.length === before) await clock.goTo(clock.now() + 10_000);
    return requests.length > before;
  });
}

test("fires with the first answer and then with each that is another, whatever the order of its keys", async () => {
  const server = await source();
  server.answer = jsonAnswer({ rate: 1, unit: "USD" });
  const { clock, payloads, status } = await polling(server.url);
  await until(async () => (await payloads()).length === 1);
  for (const value of [
    { unit: "USD", rate: 1 },
    { rate: 2, unit: "USD" },
    { rate: 1, unit: "USD" },
  ]) {
    server.answer = jsonAnswer(value);
    await poll(clock, server);
  }
  await until(async () => (await payloads()).length === 3);
  expect(await payloads()).toEqual([1, 2, 1].map((rate) => ({ data: { rate, unit: "USD" }, url: server.url })));
  expect(status().counts).toMatchObject({ fired: 3, duplicate: 0 });
});

test("asks whether anything has changed since, and takes no for an answer", async () => {
  const server = await source();
  server.answer = (request, response) => {
    if (request.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
    else jsonAnswer(1, { etag: '"v1"' })(request, response);
  };
  const { clock, payloads } = await polling(server.url, { headers: { "x-key": "k" } });
  await until(async () => (await payloads()).length === 1);
  await poll(clock, server);
  expect(server.requests[1]).toMatchObject({ "if-none-match": '"v1"', "x-key": "k" });
  expect(await payloads()).toHaveLength(1);
});

test("remembers what it saw across restarts", async () => {
  const server = await source();
  server.answer = jsonAnswer({ rate: 1 });
  const first = await polling(server.url);
  await until(async () => (await first.runs()).length === 1);
  await first.supervisor.close();
  const { engine, flow } = first;
  const second = await supervise([flow], { engine, clock: new FakeClock("2026-05-04T13:00:00Z") });
  await until(() => server.requests.length === 2);
  await second.supervisor.close();
  expect(await second.runs()).toHaveLength(1);
});

test.each([
  ["an error", (_: IncomingMessage, response: ServerResponse) => void response.writeHead(500).end("no")],
  ["too much", (_: IncomingMessage, response: ServerResponse) => void response.end("x".repeat(2_000))],
  ["nothing", (_: IncomingMessage, response: ServerResponse) => void response.destroy()],
])("backs off, and says why, when the answer is %s", async (_what, answer) => {
  const server = await source();
  server.answer = answer;
  const { status, runs } = await polling(server.url, { max_bytes: 1_000 });
  await until(() => status().health === "backing-off");
  expect(status().lastError).toMatchObject({ code: "trigger-failed" });
  expect(status().lastError!.message).toContain(server.url);
  expect(await runs()).toHaveLength(0);
});

test("takes `poll_interval` in seconds, as the first example of triggers writes it", async () => {
  const server = await source();
  server.answer = jsonAnswer("a");
  const { payloads, status } = await polling(server.url, { every: undefined, poll_interval: 60 });
  await until(async () => (await payloads()).length === 1);
  expect(status().description).toBe(`${server.url} every 1 min`);
});
