import { once } from "node:events";
import { connect } from "node:net";
import { json, type RouteHandler, readBody } from "@pawl/flows";
import { silentLogger } from "@pawl/hooks/guard";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Listener, listen } from "../../src/server/http-listener.ts";

const context = { params: {}, remoteAddress: undefined };

async function served(handler: RouteHandler): Promise<Listener> {
  const server = await listen({ host: "127.0.0.1", port: 0, access: () => undefined, log: silentLogger });
  onTestFinished(() => server.close(0));
  server.route("*", "/echo", handler);
  return server;
}

const echo: RouteHandler = async (request) => {
  const body = await readBody(request, 1_000);
  const named = [...request.headers].filter(([name]) => name.startsWith("x-"));
  const { pathname, search } = new URL(request.url);
  return json(body === undefined ? 413 : 200, {
    method: request.method,
    place: pathname + search,
    named,
    type: request.headers.get("Content-Type"),
    missing: [request.headers.get("x-none"), request.headers.has("x-none")],
    body: body?.toString("latin1"),
  });
};

function chunks(...texts: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));
}

const text = { "content-type": "text/plain" };
const cases: Readonly<Record<string, () => RequestInit>> = {
  "no body": () => ({}),
  "headers that come several times": () => ({
    headers: [
      ["x-a", "1"],
      ["X-A", "2"],
      ["x-b", "ü"],
    ],
  }),
  "an announced body": () => ({ method: "POST", headers: { ...text, "content-length": "5" }, body: "hello" }),
  "an empty body": () => ({ method: "POST", headers: { "content-length": "0" } }),
  "a body in chunks": () =>
    ({
      method: "PUT",
      body: chunks("one ", "two"),
      duplex: "half",
      headers: { "transfer-encoding": "chunked" },
    }) as RequestInit,
  "a body that is too large": () => ({
    method: "POST",
    headers: { ...text, "content-length": "2000" },
    body: "x".repeat(2_000),
  }),
};

describe("a request of the server", () => {
  test.each(Object.keys(cases))("is to a handler what a web Request is: %s", async (name) => {
    const server = await served(echo);
    const expected = await echo(new Request(`${server.url}/echo?a=1&b=%20`, cases[name]!()), context);
    const init = cases[name]!();
    const headers = new Headers(init.headers);
    for (const own of ["content-length", "transfer-encoding"]) headers.delete(own);
    const answer = await fetch(`${server.url}/echo?a=1&b=%20`, { ...init, headers });
    expect(answer.status).toBe(expected.status);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual(JSON.parse(String(expected.body)));
  });

  test("is aborted when its sender goes away, and not when it was answered", async () => {
    const signals: AbortSignal[] = [];
    const server = await served(async ({ signal, url }) => {
      signals.push(signal);
      if (url.endsWith("?wait")) await once(signal, "abort");
      return json(200, {});
    });
    const gone = new AbortController();
    const lost = fetch(`${server.url}/echo?wait`, { signal: gone.signal });
    lost.catch(() => {});
    await expect.poll(() => signals.length).toBe(1);
    gone.abort();
    await expect.poll(() => signals[0]!.aborted).toBe(true);
    await (await fetch(`${server.url}/echo`)).text();
    expect(signals[1]!.aborted).toBe(false);
  });

  test("whose connection ends before its body is an error for who reads it, and for nobody else", async () => {
    const errors: unknown[] = [];
    const server = await served(async (request) => {
      await readBody(request, 1_000).catch((error: unknown) => errors.push(error));
      return json(200, {});
    });
    for (const head of ["content-length: 10\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"]) {
      const socket = connect(server.port, "127.0.0.1");
      socket.write(`POST /echo HTTP/1.1\r\nhost: localhost\r\n${head}`);
      await once(socket, "connect");
      socket.destroy();
    }
    await expect.poll(() => errors.length).toBe(2);
    expect((await fetch(`${server.url}/echo`)).status).toBe(200);
  });
});

describe("an answer of the server", () => {
  test("to HEAD has the headers of GET and no body", async () => {
    const server = await served(() => json(200, { a: "ü" }));
    const answer = await fetch(`${server.url}/echo`, { method: "HEAD" });
    expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["10", ""]);
  });

  test("that is a stream comes piece by piece, and ends when its reader goes away", async () => {
    let isCancelled = false;
    let count = 0;
    const server = await served(() => {
      const gone = () => {
        isCancelled = true;
      };
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        controller.enqueue(new TextEncoder().encode(`${++count};`));
        return new Promise<void>((resolve) => setTimeout(resolve, 5));
      };
      return new Response(new ReadableStream({ pull, cancel: gone }), { headers: text });
    });
    const answer = await fetch(`${server.url}/echo`);
    const reader = answer.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toMatch(/^1;/);
    await reader.cancel();
    await expect.poll(() => isCancelled).toBe(true);
  });

  test("that comes before the body is read leaves the connection for the next request", async () => {
    const server = await served(() => json(200, {}));
    const socket = connect(server.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let received = "";
    socket.on("data", (chunk) => (received += chunk));
    const request = `POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc`;
    socket.write(request + request);
    await expect.poll(() => received.match(/HTTP\/1.1 200/g)?.length).toBe(2);
  });

  test("that comes before the body does ends the connection soon, so that nobody holds it by going on", async () => {
    const server = await served(() => json(403, {}));
    const socket = connect(server.port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => (received += chunk));
    socket.on("error", () => {});
    socket.write("POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 20);
    await once(socket, "close");
    clearInterval(drip);
    expect(received).toMatch(/^HTTP\/1.1 403/);
  });
});
