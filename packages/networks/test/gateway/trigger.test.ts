import { type HookFunction, type Network, Reject, type RunningNetwork, startNetwork } from "@pawl/networks";
import { describe, expect, onTestFinished, test } from "vitest";
import { TriggerEndpoint } from "../../src/gateway/trigger-endpoint.ts";
import { engines, fan, line, network, until } from "../networks.ts";

interface Gate {
  readonly run: RunningNetwork;
  post(body?: unknown, headers?: Record<string, string>, query?: string): Promise<Answer>;
  handle(request: Request): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the gateway answers
  readonly body: any;
}

async function gate(
  make: (typeof engines)[number][1],
  hooks: Record<string, HookFunction> = {},
  net: Network = line,
): Promise<Gate> {
  const run = await startNetwork(net, { transport: await make(), hooks, random: () => 0 });
  onTestFinished(() => run.stop({ drainTimeoutMs: 50 }));
  const endpoint = new TriggerEndpoint(run, net.pods.find((pod) => pod.type === "gateway")!, "/runs");
  const handle = async (request: Request): Promise<Answer> => {
    const { status, headers, body } = await endpoint.handle(request);
    return { status, headers: new Headers(headers), body: JSON.parse(body) };
  };
  return {
    run,
    handle,
    post: (body, headers = {}, query = "") =>
      handle(
        new Request(`http://test/trigger${query}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      ),
  };
}

const code = (answer: Answer) => answer.body.error?.code;

describe.each(engines)("on the %s engine, POST /trigger answers", (_, make) => {
  test("202 with the id of the run once the message is durable", async () => {
    const { post, run } = await gate(make);
    const answer = await post({ a: 1 });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ id: expect.any(String), correlationId: answer.body.id, status: "accepted" });
    expect(answer.headers.get("location")).toBe(`/runs/${answer.body.id}`);
    await until(async () => (await run.line.outputs(2)).count === 1);
  });

  test("202 suppressed when the hook returns nothing", async () => {
    const { post } = await gate(make, { g: () => undefined });
    expect((await post({})).body.status).toBe("suppressed");
  });

  test("200 with what every sink got, when the client waits", async () => {
    const { post } = await gate(make, { r: (payload: object) => ({ ...payload, seen: true }) });
    const byQuery = await post({ a: 1 }, {}, "?wait=5s");
    expect(byQuery.status).toBe(200);
    expect(byQuery.body).toMatchObject({
      status: "completed",
      results: { s: { a: 1, seen: true } },
      suppressed: [],
      failed: [],
    });
    const byHeader = await post({ a: 2 }, { prefer: "respond-async, wait=5" });
    expect(byHeader.body.results.s).toEqual({ a: 2, seen: true });
  });

  test("200 with suppressed and failed ends", async () => {
    const net = network(
      ["g:gateway", "f:router", "a:relay", "b:relay", "s:sink", "t:sink"],
      ["g>f", "f>a", "f>b", "a>s", "b>t"],
      {
        b: "retry: 1",
      },
    );
    const { post } = await gate(make, { a: () => undefined, b: () => Promise.reject(new Error("no")) }, net);
    expect((await post({ n: 1 }, {}, "?wait=5s")).body).toMatchObject({
      status: "completed",
      results: {},
      suppressed: ["s"],
      failed: ["t"],
    });
  });

  test("202 pending when the wait ran out, and the work goes on", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { post, run } = await gate(make, { r: async (payload: object) => held.then(() => payload) });
    expect((await post({}, {}, "?wait=30ms")).body.status).toBe("pending");
    release();
    await until(async () => (await run.line.outputs(2)).count === 1);
  });

  test("an empty body as an empty object", async () => {
    const got: unknown[] = [];
    const { handle } = await gate(make, { g: (payload: object) => void got.push(payload) });
    expect((await handle(new Request("http://test/trigger", { method: "POST" }))).status).toBe(202);
    expect(got).toEqual([{}]);
  });

  test.each([
    ["broken JSON", "{", 400, "bad_json"],
    ["a list", "[1]", 400, "not_object"],
    ["a number", "7", 400, "not_object"],
    ["null", "null", 400, "not_object"],
    ["a text", '"x"', 400, "not_object"],
    ["deep nesting", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400, "bad_json"],
    ["too much", JSON.stringify({ a: "x".repeat(1_100_000) }), 413, "too_large"],
  ])("%s with %s, %i", async (_name, body, status, expected) => {
    const { post } = await gate(make);
    const answer = await post(body);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
  });

  test("too much with 413 also when its length is not announced, and reads no more than that", async () => {
    const { handle } = await gate(make);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(64 * 1024).fill(32));
      },
    });
    const answer = await handle(
      new Request("http://test/trigger", { method: "POST", body, duplex: "half" } as RequestInit),
    );
    expect([answer.status, code(answer)]).toEqual([413, "too_large"]);
    expect(sent).toBeLessThan(40);
  });

  test("another media type with 415, another method with 405, bad options with 400", async () => {
    const { post, handle } = await gate(make);
    expect(code(await post("a=1", { "content-type": "application/x-www-form-urlencoded" }))).toBe(
      "unsupported_media_type",
    );
    const get = await handle(new Request("http://test/trigger"));
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await post({}, {}, "?wait=soon")).status).toBe(400);
    expect((await post({}, { "idempotency-key": "x".repeat(300) })).status).toBe(400);
    expect((await post({ a: 1 }, { "content-type": "application/cloudevents+json; charset=utf-8" })).status).toBe(202);
  });

  test("what the hook throws: its own words, the status it asks for, or nothing of a programming error", async () => {
    let fail: () => unknown = () => undefined;
    const { post } = await gate(make, { g: () => fail() });
    const tell = async (how: () => unknown) => {
      fail = how;
      const answer = await post({});
      return [answer.status, code(answer), answer.body.error?.message];
    };
    const raise = (error: Error) => () => {
      throw error;
    };
    expect(await tell(raise(new Error("Unauthorized")))).toEqual([400, "rejected", "Unauthorized"]);
    expect(await tell(raise(new Reject(401, "who?")))).toEqual([401, "unauthorized", "who?"]);
    expect(await tell(raise(new Reject(403, "no")))).toEqual([403, "forbidden", "no"]);
    expect(await tell(raise(new Reject(409, "again?")))).toEqual([409, "conflict", "again?"]);
    expect(await tell(raise(new Reject(422, "odd")))).toEqual([422, "unprocessable", "odd"]);
    expect(await tell(raise(new Reject(418, "tea")))).toEqual([418, "rejected", "tea"]);
    for (const bug of [
      new TypeError("secret"),
      new ReferenceError("secret"),
      new RangeError("secret"),
      new SyntaxError("secret"),
    ]) {
      const [status, hookCode, message] = await tell(raise(bug));
      expect([status, hookCode]).toEqual([500, "hook_error"]);
      expect(message).not.toContain("secret");
    }
    expect((await tell(() => 7))[0]).toBe(500);
    expect((await tell(() => Promise.reject(new Error("later"))))[2]).toBe("later");
  });

  test("500 for a hook that never returns, when its time is up", async () => {
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { g: "timeout: 30ms" });
    const { post } = await gate(make, { g: () => new Promise(() => {}) }, net);
    const answer = await post({});
    expect([answer.status, code(answer)]).toEqual([500, "hook_error"]);
  });

  test("header names in lower case for the hook, and lets only the trace and what is allowed travel on", async () => {
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { g: "forwardHeaders: [X-Tenant]" });
    let seen: Record<string, string> = {};
    let traceparent: unknown;
    const { post, run } = await gate(
      make,
      {
        g: (payload: object, headers: Record<string, string>) => {
          seen = headers;
          return payload;
        },
        r: (payload: object, context: { traceparent: string }) => {
          traceparent = context.traceparent;
          return payload;
        },
      },
      net,
    );
    const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await post({}, { "X-Api-Key": "k", "X-Tenant": "t", Cookie: "c", traceparent: trace });
    await until(async () => (await run.line.outputs(2)).count === 1);
    expect(seen).toMatchObject({ "x-api-key": "k", "x-tenant": "t" });
    expect(traceparent).toBe(trace);
  });

  test("the first answer to the same Idempotency-Key and body, and 409 to another body", async () => {
    let calls = 0;
    const { post, run } = await gate(make, {
      g: (payload: object) => {
        calls++;
        return payload;
      },
    });
    const first = await post({ a: 1 }, { "idempotency-key": "k" });
    const again = await post({ a: 1 }, { "idempotency-key": "k" });
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(calls).toBe(1);
    const other = await post({ a: 2 }, { "idempotency-key": "k" });
    expect([other.status, code(other)]).toEqual([409, "idempotency_conflict"]);
    await run.idle();
    expect((await run.line.outputs(2)).count).toBe(1);
  });

  test("one run to the same key sent many times at once", async () => {
    const { post, run } = await gate(make, { g: async (payload: object) => payload });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ a: 1 }, { "idempotency-key": "k" })));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    await run.idle();
    expect((await run.line.outputs(2)).count).toBe(1);
  });

  test("a known key with other credentials through the hook, which may refuse", async () => {
    const { post } = await gate(make, {
      g: (payload: object, headers: Record<string, string>) => {
        if (headers["x-api-key"] !== "right") throw new Reject(401, "no");
        return payload;
      },
    });
    expect((await post({}, { "idempotency-key": "k", "x-api-key": "right" })).status).toBe(202);
    expect((await post({}, { "idempotency-key": "k", "x-api-key": "wrong" })).status).toBe(401);
  });

  test("429 when the mailboxes down the road are full, 202 again when they are not", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const net = network(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: "mailbox: 3" });
    const { post, run } = await gate(make, { r: async (payload: object) => held.then(() => payload) }, net);
    for (let n = 0; n < 3; n++) expect((await post({ n })).status).toBe(202);
    const full = await post({ n: 3 });
    expect([full.status, code(full), full.headers.get("retry-after")]).toEqual([429, "busy", "1"]);
    release();
    await run.idle();
    expect((await post({ n: 4 })).status).toBe(202);
  });

  test("429 beyond the rate limit", async () => {
    const net = network(["g:gateway", "s:sink"], ["g>s"], { g: "rateLimit: 2" });
    const { post } = await gate(make, {}, net);
    const answers = await Promise.all([post({}), post({}), post({})]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 202, 429]);
  });

  test("401 with a challenge when the built-in check fails, before anything is read", async () => {
    process.env.PAWL_TEST_GATE_KEY = "open";
    const net = network(["g:gateway", "s:sink"], ["g>s"], { g: "auth: { bearer: { env: PAWL_TEST_GATE_KEY } }" });
    const { post } = await gate(make, {}, net);
    const refused = await post("{", { authorization: "Bearer wrong" });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect((await post({}, { authorization: "Bearer open" })).status).toBe(202);
  });

  test("503 while stopping", async () => {
    const { post, run } = await gate(make);
    await run.stop();
    const answer = await post({});
    expect([answer.status, code(answer)]).toEqual([503, "unavailable"]);
  });

  test("a payload that the hook mutates, without the branches seeing each other", async () => {
    const seen: unknown[] = [];
    const mutate = (name: string) => (payload: Record<string, unknown>) => {
      seen.push(structuredClone(payload));
      payload[name] = true;
      return payload;
    };
    const { post } = await gate(
      make,
      { g: mutate("g"), f: mutate("f"), a: mutate("a"), b: mutate("b"), c: mutate("c") },
      fan(),
    );
    const { body } = await post({ start: 1 }, {}, "?wait=5s");
    expect(seen).toEqual([
      { start: 1 },
      { start: 1, g: true },
      ...Array.from({ length: 3 }, () => ({ start: 1, g: true, f: true })),
    ]);
    const results = body.results.s.results as object[];
    expect(results.map((result) => Object.keys(result).at(-1)).sort()).toEqual(["a", "b", "c"]);
  });
});
