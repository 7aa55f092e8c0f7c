import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runFlow, steps, temporaryProject } from "../execution/flow-kit.ts";
import { runNode } from "./node-kit.ts";

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that keeps what it was sent. */
async function serve(answer: (request: Received, response: ServerResponse) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString("latin1") };
    received.push(seen);
    answer(seen, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("http.request", () => {
  test("gives status, headers and the body, as JSON where it is", async () => {
    const { url } = await serve((_request, response) => json(response, { a: 1 }));
    const { output } = await runNode("http.request", { url: `${url}/x`, query: { q: "a b" } });
    expect(output).toMatchObject({ status: 200, headers: { "content-type": "application/json" }, body: { a: 1 } });
  });

  test("does not fail for 4xx and 5xx, which carry an error", async () => {
    const { url } = await serve((_request, response) => json(response, { why: "gone" }, 404));
    const { run, output } = await runNode("http.request", { url });
    expect(run.status).toBe("completed");
    expect(output).toMatchObject({ status: 404, error: "HTTP 404 Not Found", body: { why: "gone" } });
  });

  test("with `check` fails, and is tried again where that may help", async () => {
    let calls = 0;
    const { url, received } = await serve((_request, response) =>
      json(response, {}, ++calls === 1 ? 503 : calls === 2 ? 200 : 400),
    );
    const text = steps(`
  - { id: a, uses: http.request, retry: { attempts: 3, initial_delay: 1ms }, with: { url: "${url}", method: post, check: true, json_body: {} } }
  - { id: b, uses: http.request, retry: { attempts: 3, initial_delay: 1ms }, with: { url: "${url}", check: true } }
`);
    const { statuses, steps: records } = await runFlow(text);
    expect(statuses).toEqual({ a: "completed", b: "failed" });
    expect(records.map((record) => record.attempts.length)).toEqual([2, 1]);
    expect(records[1]).toMatchObject({ error: { code: "http-status" }, output: { status: 400 } });
    const keys = received.slice(0, 2).map((request) => request.headers["idempotency-key"]);
    expect(keys[0]).toBeTruthy();
    expect(keys[0]).toBe(keys[1]);
    expect(received[2]?.headers["idempotency-key"]).toBeUndefined();
  });

  test("sends JSON, forms, parts, files and text", async () => {
    const projectDir = temporaryProject();
    writeFileSync(join(projectDir, "f.txt"), "file content");
    const { url, received } = await serve((_request, response) => json(response, null));
    const post = (input: object) => runNode("http.request", { url, method: "POST", ...input }, { projectDir });
    await post({ json_body: [1, { a: 2 }] });
    await post({ data: { a: "x y", n: 1 } });
    await post({ multipart: { field: "v", part: { file: "f.txt", type: "text/plain" } } });
    await post({ body: "plain", headers: { "content-type": "text/csv", "idempotency-key": "mine" } });
    expect(received[0]).toMatchObject({ body: '[1,{"a":2}]', headers: { "content-type": "application/json" } });
    expect(received[1]?.body).toBe("a=x+y&n=1");
    expect(received[2]?.headers["content-type"]).toContain("multipart/form-data");
    for (const part of ['name="field"', 'filename="f.txt"', "file content"]) expect(received[2]?.body).toContain(part);
    expect(received[3]).toMatchObject({
      body: "plain",
      headers: { "content-type": "text/csv", "idempotency-key": "mine" },
    });
    expect((await post({ body: "x", data: {} })).code).toBe("invalid-input");
    expect((await runNode("http.request", { url, body: "x" })).code).toBe("invalid-input");
    expect((await post({ multipart: { part: { file: "/etc/hostname" } } })).code).toBe("outside-project");
  });

  test("reads the answer as it is asked to", async () => {
    const { url } = await serve((_request, response) => response.end("[1]"));
    expect((await runNode("http.request", { url, response: "text" })).output).toMatchObject({ body: "[1]" });
    expect((await runNode("http.request", { url, response: "base64" })).output).toMatchObject({ body: "WzFd" });
    const { url: plain } = await serve((_request, response) => response.end("<html>"));
    expect((await runNode("http.request", { url: plain })).output).toMatchObject({ body: "<html>" });
    expect((await runNode("http.request", { url: plain, response: "json" })).code).toBe("invalid-json");
  });

  test("refuses an answer that is too large, a stalled one, no server, and other protocols", async () => {
    const { url } = await serve(({ url: path }, response) => {
      if (path === "/big") response.end("x".repeat(2_000));
      else response.writeHead(200).write("begun");
    });
    expect((await runNode("http.request", { url: `${url}/big`, max_bytes: 1_000 })).code).toBe("too-large");
    expect((await runNode("http.request", { url: `${url}/stall`, timeout: "100ms" })).code).toBe("http-timeout");
    expect((await runNode("http.request", { url: "http://127.0.0.1:1" })).code).toBe("connection-failed");
    expect((await runNode("http.request", { url: "file:///etc/hostname" })).code).toBe("invalid-input");
    expect((await runNode("http.request", { url, timeout: "soon" })).code).toBe("invalid-input");
  });

  test("is ended by the step's time-out", async () => {
    const { url } = await serve(() => {});
    const { run } = await runFlow(
      steps(`\n  - { id: a, uses: http.request, timeout: 100ms, with: { url: "${url}" } }\n`),
    );
    expect(run.error?.code).toBe("timeout");
  });

  test("leaves redirects alone when it is told to", async () => {
    const { url } = await serve(({ url: path }, response) => {
      if (path === "/from") response.writeHead(302, { location: "/to" }).end();
      else json(response, "arrived");
    });
    expect((await runNode("http.request", { url: `${url}/from` })).output).toMatchObject({
      status: 200,
      body: "arrived",
    });
    const stay = { url: `${url}/from`, follow_redirects: false };
    expect((await runNode("http.request", stay)).output).toMatchObject({ status: 302, headers: { location: "/to" } });
  });
});

describe("http.download", () => {
  const content = "some content";
  const sha256 = createHash("sha256").update(content).digest("hex");

  test("saves the answer as a whole file, and gives its path", async () => {
    const projectDir = temporaryProject();
    const { url } = await serve((_request, response) => response.end(content));
    const { output } = await runNode("http.download", { url, dest: "d/file", sha256 }, { projectDir });
    expect(output).toBe(join(projectDir, "d", "file"));
    expect(readFileSync(join(projectDir, "d/file"), "utf8")).toBe(content);
    expect(readdirSync(join(projectDir, "d"))).toEqual(["file"]);
  });

  test.each([
    ["a wrong checksum", { sha256: "0".repeat(64) }, "checksum"],
    ["too many bytes", { max_bytes: 5 }, "too-large"],
    ["a path outside", { dest: "../outside" }, "outside-project"],
  ])("leaves nothing behind after %s", async (_title, more, code) => {
    const projectDir = temporaryProject();
    const { url } = await serve((_request, response) => response.end(content));
    expect((await runNode("http.download", { url, dest: "file", ...more }, { projectDir })).code).toBe(code);
    expect(readdirSync(projectDir)).toEqual([]);
  });

  test("fails for an answer that is none, or breaks off, and keeps the old file", async () => {
    const projectDir = temporaryProject();
    writeFileSync(join(projectDir, "file"), "old");
    const { url } = await serve(({ url: path }, response) => {
      if (path === "/missing") response.writeHead(404).end("no");
      else {
        response.writeHead(200, { "content-length": "100" });
        response.write("part");
        setTimeout(() => response.destroy(), 20);
      }
    });
    expect((await runNode("http.download", { url: `${url}/missing`, dest: "file" }, { projectDir })).code).toBe(
      "http-status",
    );
    const broken = await runNode("http.download", { url: `${url}/broken`, dest: "file" }, { projectDir });
    expect(broken.code).toBe("connection-failed");
    expect(readFileSync(join(projectDir, "file"), "utf8")).toBe("old");
    expect(existsSync(join(projectDir, "file"))).toBe(true);
    expect(readdirSync(projectDir)).toEqual(["file"]);
  });
});
