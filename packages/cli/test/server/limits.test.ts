import { connect } from "node:net";
import { RateLimit, RateLimits } from "@pawl/flows";
import { describe, expect, test } from "vitest";
import { keeping, projectWith, serve } from "./serve-kit.ts";

const hook = { uses: "webhook.receive" };
const withLimit = (rateLimit: object | false) =>
  `export default { server: { rateLimit: ${JSON.stringify(rateLimit)} } };`;

/** Sends these bytes as they are, and gives what comes back before the server hangs up. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("a rate limit", () => {
  test("is off on loopback, where nobody else comes", async () => {
    const project = await serve(projectWith({}));
    const statuses = await Promise.all(
      Array.from({ length: 400 }, async () => (await project.request("/api/v1/triggers")).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test("counts each token and each address by itself, and says when to come again", async () => {
    const files = { "pawl.config.mjs": withLimit({ perSecond: 0.01, burst: 3 }), "flows/a.yaml": keeping("a", hook) };
    const project = await serve(projectWith(files), { tokens: { ann: "s3cret", bob: "other" } });
    const ask = (token?: string) =>
      project.request("/api/v1/runs", token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    for (let n = 0; n < 3; n++) expect((await ask("s3cret")).status).toBe(200);
    const refused = await ask("s3cret");
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: "rate-limited" }]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect((await ask("other")).status, "another token").toBe(200);
    for (let n = 0; n < 3; n++) expect((await ask("guessed")).status, "guesses count for their address").toBe(401);
    expect((await ask("guessed again")).status).toBe(429);
    expect((await project.post("/webhooks/a", {})).status, "the same address").toBe(429);
    expect((await project.request("/healthz")).status, "who watches over the server is let in").toBe(200);
  });

  test("is on elsewhere, and generous", async () => {
    const project = await serve(projectWith({}), { host: "0.0.0.0", tokens: { ann: "s3cret" } });
    const headers = { authorization: "Bearer s3cret" };
    const statuses = await Promise.all(
      Array.from({ length: 600 }, async () => (await project.request("/api/v1/triggers", { headers })).status),
    );
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(200);
    expect(statuses).toContain(429);
  });

  test("remembers so many callers and no more", () => {
    let now = 0;
    const limits = new RateLimits(() => new RateLimit(1, () => now));
    for (let caller = 0; caller < 20_000; caller++) expect(limits.take(`${caller}`)).toBe(0);
    expect(limits.size).toBe(10_000);
    expect(limits.take("19999")).toBe(1_000);
    now += 400;
    expect(Math.round(limits.take("19999"))).toBe(600);
    now += 600;
    expect(limits.take("19999")).toBe(0);
  });
});

describe("a request that is none", () => {
  test.each([
    ["not HTTP", "hello\r\n\r\n", 400, "malformed-request"],
    [
      "headers that never end",
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`,
      431,
      "headers-too-large",
    ],
  ])("is refused: %s", async (_what, text, status, code) => {
    const project = await serve(projectWith({}));
    const answer = await raw(project.url, text);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`"code":"${code}"`);
  });

  test.each([
    ["its headers", "POST /webhooks/a HTTP/1.1\r\nhost: localhost\r\n"],
    [
      "its body",
      "POST /webhooks/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    ],
  ])("and one that holds back %s is cut off, while others are served", async (_what, text) => {
    const project = await serve(projectWith({ "flows/a.yaml": keeping("a", hook) }), { requestTimeoutMs: 300 });
    const slow = Array.from({ length: 20 }, () => raw(project.url, text));
    expect((await project.post("/webhooks/a", {})).status).toBe(202);
    for (const answer of await Promise.all(slow)) expect(answer).toContain('"code":"request-timeout"');
    expect(await project.runs()).toHaveLength(1);
  });
});

describe("the settings of the server", () => {
  test("are checked, all at once", async () => {
    const { findProject, loadProject } = await import("@pawl/flows");
    const config = "export default { server: { prot: 1, port: 'x', rateLimit: { perSecond: 0 } } };";
    const { diagnostics, config: kept } = await loadProject(findProject(projectWith({ "pawl.config.mjs": config })), {
      importCode: true,
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["invalid-config", "invalid-config", "invalid-config"]);
    expect(kept.server).toEqual({});
  });
});
