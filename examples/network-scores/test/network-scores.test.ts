import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
  copyOfExample,
  type Going,
  type PawlOptions,
  pawl,
  pawlJson,
  post,
  startPawl,
  until,
} from "../../../test/end-to-end/pawl.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly task_id: string; readonly average_score: number };
}

/** Takes what is dispatched; the first request is answered with 503. */
async function startWebhook(): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const isFirst = requests++ === 0;
    if (!isFirst) received.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(isFirst ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received };
}

async function up(options: PawlOptions): Promise<Going & { url: string }> {
  const going = startPawl(["network", "up", "networks/scores.yaml", "--port", "0"], options);
  const url = await until("the network says where it listens", () => {
    if (going.child.exitCode !== null) throw new Error(going.output());
    return /http:\/\/127\.0\.0\.1:\d+/.exec(going.output())?.[0];
  });
  await until("it is ready", async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok);
  return { ...going, url };
}

test("every hook of the seed does its work, against a real client and a real webhook", async () => {
  const webhook = await startWebhook();
  const cwd = copyOfExample("network-scores");
  const env = { EXPECTED_KEY: "open", RESULT_WEBHOOK_URL: webhook.url };
  expect(await pawl(["network", "check", "networks/scores.yaml", "--trust-all"], { cwd })).toMatchObject({ code: 0 });
  const first = await up({ cwd, env });

  const refused = await post(`${first.url}/trigger`, {}, { "x-api-key": "wrong" });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toEqual({ error: { code: "unauthorized", message: "Unauthorized" } });

  const whole = await post(`${first.url}/trigger?wait=10s`, { amount: 30, country: "NO" }, { "x-api-key": "open" });
  expect(whole.status).toBe(200);
  const { results } = (await whole.json()) as { results: { archive: Record<string, unknown> } };
  expect(results.archive).toMatchObject({ count: 2, average_score: 80 });
  expect((results.archive.from as string[]).sort()).toEqual(["price", "risk"]);

  await post(`${first.url}/trigger?wait=10s`, { amount: 30, country: "unknown" }, { "x-api-key": "open" });
  await first.kill("SIGKILL");

  const second = await up({ cwd, env });
  const output = (await (await fetch(`${second.url}/output`)).json()) as {
    count: number;
    results: Record<string, unknown>[];
  };
  expect(output).toMatchObject({
    count: 2,
    results: [
      { count: 2, average_score: 80 },
      { count: 1, average_score: 70, from: ["price"] },
    ],
  });
  await until(
    "both were dispatched",
    () => new Set(webhook.received.map(({ headers }) => headers["idempotency-key"])).size === 2,
  );
  expect(new Set(webhook.received.map(({ body }) => body.average_score))).toEqual(new Set([80, 70]));
  expect(webhook.received[0]!.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);

  const status = await pawlJson(["network", "status", "scores"], { cwd });
  expect(status.networks[0]).toMatchObject({ network: "scores", state: "ready", deadLetters: 0 });
  const ended = await second.kill("SIGTERM");
  expect(ended.signal).toBeNull();
});
