import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { describe, expect, test } from "vitest";
import { allRuns } from "./api-client.ts";
import { post, startServe, temporaryProject, until } from "./pawl.ts";

const secret = "known to two";
const schemes = ["github", "stripe", "slack", "standard"] as const;
const keep = 'steps: [{ id: keep, uses: data.set, with: { payload: "${{ trigger.payload }}" } }]\n';
const signed = (scheme: string) =>
  `name: ${scheme}\ntrigger: { uses: webhook.receive, with: { secret: "${secret}", signature: ${scheme} } }\n${keep}`;

const files = {
  ...Object.fromEntries(schemes.map((scheme) => [`flows/${scheme}.yaml`, signed(scheme)])),
  "flows/orders.yaml": `name: orders\ntrigger: { uses: webhook.receive, with: { max_bytes: 1024 } }\n${keep}`,
  "flows/slow.yaml":
    "name: slow\ntrigger: { uses: webhook.receive, with: { respond: result } }\nsteps: [{ id: wait, uses: wait.for, with: { duration: 1h } }]\n",
};

const hmac = (key: string, text: string) => createHmac("sha256", key).update(text);
const sign: Record<(typeof schemes)[number], (body: string, time: number) => Record<string, string>> = {
  github: (body) => ({ "x-hub-signature-256": `sha256=${hmac(secret, body).digest("hex")}` }),
  stripe: (body, time) => ({ "stripe-signature": `t=${time},v1=${hmac(secret, `${time}.${body}`).digest("hex")}` }),
  slack: (body, time) => ({
    "x-slack-request-timestamp": `${time}`,
    "x-slack-signature": `v0=${hmac(secret, `v0:${time}:${body}`).digest("hex")}`,
  }),
  standard: (body, time) => ({
    "webhook-id": "m1",
    "webhook-timestamp": `${time}`,
    "webhook-signature": `v1,${hmac(secret, `m1.${time}.${body}`).digest("base64")}`,
  }),
};

const json = { "content-type": "application/json" };
type Row = [what: string, path: string, headers: Record<string, string>, body: string, status: number, code: string];

function rows(): Row[] {
  const now = Math.floor(Date.now() / 1_000);
  const body = '{"n": 1}';
  const refused = schemes.flatMap((scheme): Row[] => [
    [`${scheme} without a signature`, `/webhooks/${scheme}`, json, body, 401, "invalid-signature"],
    [
      `${scheme} of another body`,
      `/webhooks/${scheme}`,
      { ...json, ...sign[scheme]("{}", now) },
      body,
      401,
      "invalid-signature",
    ],
    [
      `${scheme} in other spelling`,
      `/webhooks/${scheme}`,
      { ...json, ...sign[scheme](body, now) },
      '{"n":1}',
      401,
      "invalid-signature",
    ],
  ]);
  const old = schemes
    .filter((scheme) => scheme !== "github")
    .map((scheme): Row => {
      const headers = { ...json, ...sign[scheme](body, now - 301) };
      return [`${scheme} of six minutes ago`, `/webhooks/${scheme}`, headers, body, 401, "invalid-signature"];
    });
  return [
    ...refused,
    ...old,
    ["too large a body", "/webhooks/orders", json, JSON.stringify("x".repeat(1_024)), 413, "body-too-large"],
    ["half a JSON", "/webhooks/orders", json, '{"n":', 400, "invalid-json"],
    ["another type", "/webhooks/orders", { "content-type": "text/plain" }, "n", 415, "unsupported-media-type"],
    ["an unknown path", "/webhooks/order", json, "{}", 404, "not-found"],
    ["an unknown flow", "/api/v1/flows/order/runs", json, "{}", 404, "unknown-flow"],
    ["another site", "/webhooks/orders", { ...json, origin: "https://else.where" }, "{}", 403, "foreign-origin"],
    [
      "a form of another site",
      "/api/v1/flows/orders/runs",
      { "sec-fetch-site": "cross-site" },
      "",
      403,
      "foreign-origin",
    ],
  ];
}

describe("pawl serve", () => {
  test("refuses each bad request with its status and code, starts nothing, and goes on", async () => {
    const { url } = await startServe({ cwd: temporaryProject(files) });
    for (const [what, path, headers, body, status, code] of rows()) {
      const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
      const problem = (await response.json()) as { code: string; status: number; detail: string };
      expect([what, response.status, problem.status, problem.code]).toEqual([what, status, status, code]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      if (status === 404) expect(problem.detail).toContain("Did you mean");
    }
    for (const scheme of schemes) {
      expect(await allRuns(url, scheme)).toEqual([]);
      const headers = { ...json, ...sign[scheme]('{"n": 1}', Math.floor(Date.now() / 1_000)) };
      const response = await fetch(`${url}/webhooks/${scheme}`, { method: "POST", headers, body: '{"n": 1}' });
      expect([scheme, response.status]).toEqual([scheme, 202]);
    }
    expect(await allRuns(url, "orders")).toEqual([]);
  });

  test("that is told to stop answers 503, and who waits for a result gets the id of a run that goes on", async () => {
    const cwd = temporaryProject(files);
    const serve = await startServe({ cwd });
    const waiting = fetch(`${serve.url}/webhooks/slow`, { method: "POST", headers: json, body: "{}" });
    await until("the run waits", async () => (await allRuns(serve.url, "slow"))[0]?.status === "waiting");
    // A connection from before: new ones are not taken any more.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await send(agent, `${serve.url}/webhooks/orders`)).status).toBe(202);
    const held = hold(agent, `${serve.url}/webhooks/orders`);
    await held.begun;
    const ended = serve.kill("SIGTERM");
    await until("the server drains", () => serve.output().includes("Stopping"));
    const refused = await held.finish();
    expect([refused.status, refused.body.code ?? "accepted"]).toSatisfy(
      ([status, code]) => (status === 503 && code === "server-draining") || (status === 202 && code === "accepted"),
    );
    const answer = await waiting;
    const { run_id } = (await answer.json()) as { run_id: string };
    expect([answer.status, run_id]).toEqual([202, expect.stringMatching(/^\w{26}$/)]);
    expect((await ended).code, "it ended cleanly").toBe(0);
    const next = await startServe({ cwd });
    const [run] = await allRuns(next.url, "slow");
    expect([run!.id, run!.status]).toEqual([run_id, "waiting"]);
  });

  test("is ready only when one of its workers is", async () => {
    const { url } = await startServe({ cwd: temporaryProject({}) });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/pawl_workers\{state="ready"\} [1-9]/);
  });

  test("that is told to stop a second time is cut off, and says so with its exit code", async () => {
    const steps = "steps: [{ id: nap, uses: shell.run, with: { command: sleep 60 } }]\n";
    const cwd = temporaryProject({ "flows/nap.yaml": `name: nap\n${steps}` });
    const serve = await startServe({ cwd });
    expect((await post(`${serve.url}/api/v1/flows/nap/runs`, {})).ok).toBe(true);
    await until("the program runs", async () => (await allRuns(serve.url, "nap"))[0]?.status === "running");
    const ended = serve.kill("SIGTERM");
    await until("the server drains", () => serve.output().includes("Stopping"));
    serve.child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
  });
});

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string };
}

async function send(agent: Agent, url: string): Promise<Answer> {
  const held = hold(agent, url);
  await held.begun;
  return held.finish();
}

/** A request whose body is sent later. */
function hold(agent: Agent, url: string): { readonly begun: Promise<void>; finish(): Promise<Answer> } {
  const sent = request(url, { method: "POST", agent, headers: { ...json, "content-length": "2" } });
  const answered = new Promise<Answer>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
    });
  });
  const begun = new Promise<void>((resolve) => sent.on("socket", () => sent.write("{", () => resolve())));
  return {
    begun,
    finish() {
      sent.end("}");
      return answered;
    },
  };
}
