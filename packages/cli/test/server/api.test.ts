import { describe, expect, test } from "vitest";
import { keeping, projectWith, type Served, serve, until } from "./serve-kit.ts";

const hook = { uses: "webhook.receive" };

async function served(more: object = {}): Promise<Served> {
  return serve(projectWith({ "flows/orders.yaml": keeping("orders", hook, more), "flows/bad.yaml": "name: [" }));
}

async function body<T = Record<string, never>>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

interface Listed {
  readonly runs: { readonly id: string; readonly status: string; readonly flow: string }[];
  readonly next_cursor: string | null;
}

describe("the API", () => {
  test("lists flows with their triggers, and broken files with what is wrong in them", async () => {
    const project = await served();
    const { flows } = await body<{ flows: Record<string, unknown>[] }>(project.request("/api/v1/flows"));
    expect(flows[0]).toMatchObject({ name: "orders", file: "flows/orders.yaml", diagnostics: [] });
    expect(flows[1]!.file).toBe("flows/bad.yaml");
    expect(flows[1]!.diagnostics).toContainEqual(expect.objectContaining({ code: "yaml-syntax" }));
    const one = await body<{ flow: { name: string } }>(project.request("/api/v1/flows/orders"));
    expect(one.flow.name).toBe("orders");
  });

  test("starts a run, once per Idempotency-Key, and shows it with its steps", async () => {
    const project = await served({ inputs: { n: { type: "number", required: true } } });
    const start = (key: string) =>
      project.post("/api/v1/flows/orders/runs", { inputs: { n: 1 } }, { "idempotency-key": key });
    const first = await start("k1");
    expect(first.status).toBe(202);
    const { run } = await body<{ run: { id: string } }>(first);
    const again = await start("k1");
    expect([again.status, (await body<{ run: { id: string } }>(again)).run.id]).toEqual([200, run.id]);
    await project.runtime.store.durability.ended(run.id);
    const shown = await body(project.request(first.headers.get("location")!));
    expect(shown).toMatchObject({
      run: { id: run.id, status: "completed" },
      steps: [{ id: "keep", status: "completed" }],
    });
    expect(await body(project.request(`/api/v1/runs/${run.id}/steps`))).toMatchObject({ steps: [{ id: "keep" }] });
  });

  test("refuses inputs that do not fit, all at once", async () => {
    const inputs = { n: { type: "number", required: true }, s: { type: "string", required: true } };
    const project = await served({ inputs });
    const response = await project.post("/api/v1/flows/orders/runs", { inputs: { n: "x" } });
    const problem = await body<{ code: string; errors: unknown[] }>(response);
    expect([response.status, problem.code, problem.errors.length]).toEqual([422, "invalid-inputs", 2]);
  });

  test("pages through runs, newest first, and filters them", async () => {
    const project = await served();
    for (let n = 0; n < 5; n++) await project.post("/webhooks/orders", { n });
    const all = (await project.runs()).map((run) => run.id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Listed = await body<Listed>(project.request(`/api/v1/runs?limit=2${cursor && `&cursor=${cursor}`}`));
      expect(page.runs.length).toBeLessThanOrEqual(2);
      seen.push(...page.runs.map((run) => run.id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(all);
    await until(async () => (await project.runs()).every((run) => run.status === "completed"));
    const failed = await body<Listed>(project.request("/api/v1/runs?flow=orders&status=failed,cancelled"));
    expect(failed).toEqual({ runs: [], next_cursor: null });
  });

  test("cancels a run that goes on, and says when it has ended already", async () => {
    const project = await served({ steps: [{ id: "long", uses: "wait.for", with: { duration: "1h" } }] });
    const { run_id } = await body<{ run_id: string }>(project.post("/webhooks/orders", {}));
    const response = await project.post(`/api/v1/runs/${run_id}/cancel`, { reason: "No longer needed." });
    expect([200, 202]).toContain(response.status);
    expect((await project.runtime.store.durability.ended(run_id)).status).toBe("cancelled");
    const again = await project.post(`/api/v1/runs/${run_id}/cancel`, {});
    expect([again.status, (await body<{ code: string }>(again)).code]).toEqual([409, "run-ended"]);
  });

  test("shows how triggers are", async () => {
    const project = await served();
    await project.post("/webhooks/orders", {});
    expect(await body(project.request("/api/v1/triggers"))).toMatchObject({
      triggers: [{ flow: "orders", uses: "webhook.receive", health: "running", counts: { fired: 1 }, lastError: null }],
    });
  });

  test.each([
    ["GET", "/api/v1/flow", undefined, 404, "not-found"],
    ["GET", "/api/v1/runs/nothing", undefined, 404, "unknown-run"],
    ["POST", "/api/v1/flows/order/runs", "{}", 404, "unknown-flow"],
    ["DELETE", "/api/v1/flows", undefined, 405, "method-not-allowed"],
    ["POST", "/api/v1/flows/orders/runs", "{", 400, "invalid-json"],
    ["POST", "/api/v1/flows/orders/runs", "[]", 400, "invalid-request"],
    ["POST", "/api/v1/flows/orders/runs", '{"inputs":1}', 400, "invalid-request"],
    ["POST", "/api/v1/flows/orders/runs", `"${"x".repeat(1_100_000)}"`, 413, "body-too-large"],
    ["GET", "/api/v1/runs?limit=0", undefined, 400, "invalid-request"],
    ["GET", "/api/v1/runs?status=done", undefined, 400, "invalid-request"],
    ["GET", "/%", undefined, 404, "not-found"],
  ])("answers %s %s with a problem", async (method, path, text, status, code) => {
    const project = await served();
    const headers: Record<string, string> = text === undefined ? {} : { "content-type": "application/json" };
    const response = await project.request(path, { method, headers, ...(text === undefined ? {} : { body: text }) });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await body(response)).toMatchObject({ status, code });
  });

  test("asks for JSON where a body is sent", async () => {
    const project = await served();
    const response = await project.post("/api/v1/flows/orders/runs", "{}", { "content-type": "text/plain" });
    expect(response.status).toBe(415);
  });
});

describe("access", () => {
  const from = (headers: Record<string, string>) => ({ headers });

  test("is refused to other hosts, pages of other sites and wrong tokens", async () => {
    const project = await serve(projectWith({}), { tokens: { ann: "s3cret" } });
    const status = async (headers: Record<string, string>, init: RequestInit = {}) =>
      (await project.request("/api/v1/runs", { ...init, ...from(headers) })).status;
    expect(await status({})).toBe(200);
    expect(await status({ origin: project.url })).toBe(200);
    expect(await status({ origin: "https://else.where" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status({ authorization: "Bearer s3cret" })).toBe(200);
    expect(await status({ authorization: "Bearer other" })).toBe(401);
    expect(await status({ "sec-fetch-site": "same-origin" }, { method: "POST" })).toBe(405);
  });

  test("is refused to a name that was rebound to this address", async () => {
    const { request } = await import("node:http");
    const project = await serve(projectWith({}), { allowedHosts: ["pawl.example"] });
    const statusFor = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(`${project.url}/api/v1/runs`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        });
        sent.on("error", reject).end();
      });
    expect(await statusFor("evil.example")).toBe(403);
    expect(await statusFor("localhost:1")).toBe(200);
    expect(await statusFor("pawl.example")).toBe(200);
  });

  test("needs a token on every other address than loopback", async () => {
    await expect(serve(projectWith({}), { host: "0.0.0.0" })).rejects.toMatchObject({ code: "token-required" });
    const project = await serve(projectWith({ "flows/a.yaml": keeping("a", hook) }), {
      host: "0.0.0.0",
      tokens: { ann: "s3cret" },
    });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await project.request(path, from(headers))).status;
    expect(await status("/api/v1/runs")).toBe(401);
    expect(await status("/api/v1/runs", { authorization: "Bearer s3cret" })).toBe(200);
    expect(await status("/healthz")).toBe(200);
    expect((await project.post("/webhooks/a", {})).status).toBe(401);
    expect((await project.post("/webhooks/a", {}, { authorization: "Bearer s3cret" })).status).toBe(202);
  });

  test("says what keeps it from listening", async () => {
    const project = await serve(projectWith({}));
    const port = Number(new URL(project.url).port);
    await expect(serve(projectWith({}), { port })).rejects.toMatchObject({ code: "cannot-listen" });
  });
});

describe("health and metrics", () => {
  test("are told to whoever watches over the server", async () => {
    const project = await served();
    const { run_id } = await body<{ run_id: string }>(project.post("/webhooks/orders", {}));
    await project.runtime.store.durability.ended(run_id);
    expect((await project.request("/healthz")).status).toBe(200);
    expect((await project.request("/readyz")).status).toBe(200);
    const response = await project.request("/metrics");
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(text).toContain('pawl_runs_total{flow="orders",status="completed"} 1');
    expect(text).toContain('pawl_trigger_events_total{flow="orders",trigger="webhook.receive",outcome="fired"} 1');
    expect(text).toContain('pawl_step_runs_total{flow="orders",step="keep",status="success"} 1');
    expect(text).toMatch(/pawl_guard_call_duration_seconds_count\{name="data.set",point="node",outcome="ok"\} 1/);
  });
});

describe("the log of a run", () => {
  /** Server-sent events up to the end of the stream, or as many as asked for. */
  async function read(response: Response, count = Number.POSITIVE_INFINITY): Promise<{ id: string; event: string }[]> {
    const found: { id: string; event: string }[] = [];
    let text = "";
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk);
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, id = ""] = /^id: (.*)$/m.exec(block) ?? [];
        found.push({ id, event: /^event: (.*)$/m.exec(block)?.[1] ?? "" });
        if (found.length >= count) return found;
      }
    }
    return found;
  }

  test("is streamed as it happens, ends with the run, and goes on after the event that was seen last", async () => {
    const steps = ["a", "b", "c"].map((id) => ({ id, uses: "wait.for", with: { duration: "60ms" } }));
    const project = await served({ steps });
    const { run_id } = await body<{ run_id: string }>(project.post("/webhooks/orders", {}));
    const path = `/api/v1/runs/${run_id}/logs`;
    const first = await read(await project.request(path), 3);
    const rest = await read(await project.request(path, { headers: { "last-event-id": `${first.at(-1)!.id}` } }));
    const whole = await read(await project.request(path));
    expect([...first, ...rest]).toEqual(whole);
    const ids = whole.slice(0, -1).map((each) => Number(/^f(\d+)\.n0$/.exec(each.id)?.[1]));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(whole.map((each) => each.event)).toEqual(expect.arrayContaining(["run-queued", "step-ended", "run-ended"]));
    expect(whole.at(-1)!.event).toBe("end");
  });

  test("is one page for who asks for JSON", async () => {
    const project = await served();
    const { run_id } = await body<{ run_id: string }>(project.post("/webhooks/orders", {}));
    await project.runtime.store.durability.ended(run_id);
    const init = { headers: { accept: "application/json" } };
    const { events } = await body<{ events: { type: string }[] }>(project.request(`/api/v1/runs/${run_id}/logs`, init));
    expect(events.map((event) => event.type)).toContain("run-ended");
  });

  test("of all runs ends when the server stops", async () => {
    const project = await served();
    const response = await project.request("/api/v1/logs");
    const reading = read(response);
    await project.close();
    expect((await reading).every((each) => each.event !== "end")).toBe(true);
  });
});
