import { createHmac } from "node:crypto";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { keeping, projectWith, type Served, serve, until } from "./serve-kit.ts";

function webhook(input: object = {}): object {
  return { uses: "webhook.receive", with: input };
}

async function served(input: object = {}, more: object = {}): Promise<Served> {
  return serve(projectWith({ "flows/orders.yaml": keeping("orders", webhook(input), more) }));
}

async function problemOf(response: Response): Promise<{ status: number; code: string; detail: string }> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as never;
}

describe("a webhook", () => {
  test("starts a run with the body as payload, and headers, method and query beside it", async () => {
    const project = await served();
    const body = { id: 7, text: "$(touch x)", nested: { list: [1, null] } };
    const accepted = await project.post("/webhooks/orders?shop=3", body, { "x-shop": "three", cookie: "secret" });
    expect(accepted.status).toBe(202);
    const { run_id } = (await accepted.json()) as { run_id: string };
    const run = await project.runtime.store.durability.ended(run_id);
    expect(run.trigger).toMatchObject({
      type: "webhook.receive",
      payload: body,
      event: { method: "POST", query: { shop: "3" }, headers: { "x-shop": "three" }, type: "webhook.receive" },
    });
    expect(JSON.stringify(run.trigger.event)).not.toContain("secret");
    expect(run.status).toBe("completed");
  });

  test("gives exactly one run for each of 500 posts while a slow flow runs", async () => {
    const slow = {
      concurrency: { limit: 2 },
      steps: [{ id: "slow", uses: "wait.for", with: { duration: "20ms" } }],
    };
    const project = await served({}, slow);
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => (await project.post("/webhooks/orders", { n })).json()),
    );
    const ids = new Set((answers as { run_id: string }[]).map((answer) => answer.run_id));
    expect(ids.size).toBe(500);
    const runs = await project.runs();
    expect(runs.map((run) => (run.trigger.payload as { n: number }).n).sort((a, b) => a - b)).toEqual([
      ...Array(500).keys(),
    ]);
    expect(project.triggers.status()[0]!.counts).toEqual({ fired: 500, duplicate: 0, dropped: 0, restarts: 0 });
  });

  test("answers a delivery that is sent again with the run of the first", async () => {
    const project = await served();
    const send = async () => (await project.post("/webhooks/orders", { n: 1 }, { "x-github-delivery": "d-1" })).json();
    const first = (await send()) as { run_id: string };
    expect(await send()).toEqual({ run_id: first.run_id, duplicate: true });
    expect(await project.runs()).toHaveLength(1);
  });

  test("answers with the outputs of its run when it is asked to", async () => {
    const outputs = { outputs: { echo: "${{ steps.keep.output.payload.n }}" } };
    const project = await served({ respond: "result" }, outputs);
    const response = await project.post("/webhooks/orders", { n: 41 });
    expect([response.status, await response.json()]).toEqual([200, { echo: 41 }]);
    expect(response.headers.get("pawl-run-id")).toBe((await project.runs())[0]!.id);
  });

  test("answers with the run's id when the outputs take too long", async () => {
    const steps = { steps: [{ id: "slow", uses: "wait.for", with: { duration: "1h" } }] };
    const project = await served({ respond: "result", wait: "50ms" }, steps);
    const response = await project.post("/webhooks/orders", {});
    expect([response.status, await response.json()]).toEqual([202, { run_id: (await project.runs())[0]!.id }]);
  });

  test.each([
    ["a body that is not JSON", "{", {}, 400, "invalid-json"],
    [
      "another content type",
      "a=1",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "unsupported-media-type",
    ],
    ["an empty body", "", {}, 400, "invalid-json"],
    ["too large a body", JSON.stringify("x".repeat(2_000)), {}, 413, "body-too-large"],
    ["too deep a body", `${"[".repeat(500)}${"]".repeat(500)}`, {}, 422, "invalid-payload"],
  ])("refuses %s", async (_what, body, headers, status, code) => {
    const project = await served({ max_bytes: 1_024 });
    const response = await project.post("/webhooks/orders", body, headers);
    expect(await problemOf(response)).toMatchObject({ status, code });
    expect(await project.runs()).toHaveLength(0);
  });

  test("refuses a body without announced length as soon as it is too large", async () => {
    const project = await served({ max_bytes: 1_024 });
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 10_000) controller.close();
        else controller.enqueue(new Uint8Array(1_024));
      },
    });
    const init = { method: "POST", body, duplex: "half", headers: { "content-type": "application/json" } };
    const status = await project.request("/webhooks/orders", init as RequestInit).then(
      (response) => response.status,
      () => "cut off",
    );
    expect([413, "cut off"]).toContain(status);
    expect(sent).toBeLessThan(10_000);
  });

  test("takes forms and text when it says so", async () => {
    const project = await served({ accept: ["application/x-www-form-urlencoded", "text/*"] });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await project.post("/webhooks/orders", "a=1&b=2&b=3", form)).status).toBe(202);
    expect((await project.post("/webhooks/orders", "hello", { "content-type": "text/plain" })).status).toBe(202);
    const payloads = (await project.runs()).map((run) => run.trigger.payload);
    expect(payloads.reverse()).toEqual([{ a: "1", b: ["2", "3"] }, "hello"]);
  });

  test("names the nearest path when there is nothing, and the methods when the method is another", async () => {
    const project = await served();
    const missing = await problemOf(await project.post("/webhooks/order", {}));
    expect(missing).toMatchObject({ status: 404, code: "not-found" });
    expect(missing.detail).toContain("/webhooks/orders");
    const other = await project.request("/webhooks/orders", { method: "PUT" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("listens on a port of its own when it is given one, as in the first example of triggers", async () => {
    const port = await freePort();
    await served({ host: "127.0.0.1", port, path: "/webhook" });
    const response = await fetch(`http://127.0.0.1:${port}/webhook`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(202);
  });

  test("whose path is taken is shown as failed, and works once the other is gone", async () => {
    const files = {
      "flows/a.yaml": keeping("a", webhook({ path: "same" })),
      "flows/b.yaml": keeping("b", webhook({ path: "same" })),
    };
    const project = await serve(projectWith(files));
    const [a, b] = project.triggers.status();
    expect([a!.health, b!.health, b!.lastError!.code]).toEqual(["running", "failed", "path-taken"]);
    await project.triggers.update(project.flows.flows.filter((flow) => flow.name === "b"));
    await until(() => project.triggers.status()[0]!.health === "running");
  });
});

describe("a signed webhook", () => {
  const secret = "it is known to two";
  const body = JSON.stringify({ id: "evt_1", event_id: "Ev1", n: 1 });
  const now = () => Math.floor(Date.now() / 1_000);
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text);
  const schemes: Record<string, (time: number, key?: string) => Record<string, string>> = {
    github: (_time, key = secret) => ({ "x-hub-signature-256": `sha256=${hmac(key, body).digest("hex")}` }),
    stripe: (time, key = secret) => ({
      "stripe-signature": `t=${time},v1=${"0".repeat(64)},v1=${hmac(key, `${time}.${body}`).digest("hex")}`,
    }),
    slack: (time, key = secret) => ({
      "x-slack-request-timestamp": `${time}`,
      "x-slack-signature": `v0=${hmac(key, `v0:${time}:${body}`).digest("hex")}`,
    }),
    standard: (time, key = secret) => ({
      "webhook-id": "msg_1",
      "webhook-timestamp": `${time}`,
      "webhook-signature": `v1a,AAAA v1,${hmac(key, `msg_1.${time}.${body}`).digest("base64")}`,
    }),
  };

  test.each(Object.keys(schemes))(
    "takes what is signed as %s does, from any host, and refuses the rest",
    async (scheme) => {
      const project = await served({ secret });
      const sign = schemes[scheme]!;
      const send = async (headers: Record<string, string>, text = body) =>
        (await project.post("/webhooks/orders", text, { origin: "https://else.where", ...headers })).status;
      expect(await send(sign(now()))).toBe(202);
      expect(await send(sign(now(), "another"))).toBe(401);
      expect(await send(sign(now()), body.replace("1}", "2}"))).toBe(401);
      expect(await send({})).toBe(401);
      if (scheme !== "github") {
        expect(await send(sign(now() - 3_600))).toBe(401);
        expect(await send(sign(now() + 3_600))).toBe(401);
        expect(await send(sign(Number.NaN))).toBe(401);
      }
      expect(await project.runs()).toHaveLength(1);
    },
  );

  test("takes the old and the new secret while it is being changed", async () => {
    const project = await served({ secret: ["new", "old"], signature: "github" });
    for (const [key, status] of [
      ["new", 202],
      ["old", 202],
      ["older", 401],
    ] as const) {
      expect((await project.post("/webhooks/orders", body, schemes.github!(0, key))).status).toBe(status);
    }
  });

  test("takes only the scheme it names", async () => {
    const project = await served({ secret, signature: "stripe" });
    expect((await project.post("/webhooks/orders", body, schemes.github!(0))).status).toBe(401);
    expect((await project.post("/webhooks/orders", body, schemes.stripe!(now()))).status).toBe(202);
  });
});

describe("CloudEvents", () => {
  test("are read in binary and in structured mode, and are known by source and id", async () => {
    const project = await served();
    const binary = { "ce-id": "1", "ce-source": "/shop", "ce-type": "order", "ce-specversion": "1.0" };
    await project.post("/webhooks/orders", { n: 1 }, binary);
    const envelope = { id: "2", source: "/shop", type: "order", specversion: "1.0", data: { n: 2 } };
    await project.post("/webhooks/orders", envelope, { "content-type": "application/cloudevents+json" });
    const again = await project.post("/webhooks/orders", envelope, { "content-type": "application/cloudevents+json" });
    expect(await again.json()).toMatchObject({ duplicate: true });
    const [second, first] = (await project.runs()).map((run) => run.trigger);
    expect(first).toMatchObject({ payload: { n: 1 }, event: { id: "1", source: "/shop", type: "order" } });
    expect(second).toMatchObject({ payload: { n: 2 }, event: { id: "2", source: "/shop", type: "order" } });
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
