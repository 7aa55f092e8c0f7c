import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { isInternalAddress, type Resolve } from "../../src/nodes/http/internal-addresses.ts";
import { publicFetch } from "../../src/nodes/http/public-fetch.ts";
import { runFlow, steps, temporaryProject } from "../execution/flow-kit.ts";

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("an address", () => {
  test.each([
    ...[
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "127.0.0.1",
      "127.255.1.1",
      "169.254.169.254",
      "172.31.0.1",
      "192.168.1.1",
    ],
    ...["224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::7f00:1", "fc00::1"],
    ...["fd12::1", "fe80::1", "fe80::1%eth0", "ff02::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"],
  ])("%s is internal", (address) => {
    expect(isInternalAddress(address)).toBe(true);
  });

  test.each([
    ...["1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "169.253.0.1", "192.169.0.1", "223.255.255.255"],
    ...["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "64:ff9b::808:808"],
  ])("%s is public", (address) => {
    expect(isInternalAddress(address)).toBe(false);
  });
});

describe("the host of a URL", () => {
  const ask = async (url: string, { more = "", env = {} }: { more?: string; env?: Record<string, string> } = {}) => {
    const port = await serve((_request, response) => response.end("reached"));
    const fill = (text: string) => text.replaceAll("PORT", String(port));
    const text = `name: t
inputs: { host: { type: string, default: "127.0.0.1:${port}" }, path: { type: string, default: x } }
${fill(more)}
steps:
  - { id: a, uses: http.request, with: { url: "${fill(url)}" } }
`;
    const values = Object.entries(env).map(([name, value]) => [name, fill(value)]);
    const { outputs, steps: records } = await runFlow(text, { env: Object.fromEntries(values) });
    return records[0]?.error?.code ?? (outputs.a as { body: string }).body;
  };

  test.each([
    ["stands in the file", "http://127.0.0.1:PORT/x"],
    ["stands before what is computed", "http://127.0.0.1:PORT/${{ inputs.path }}?q=${{ inputs.path }}"],
    ["is that of a variable", "${{ env.BASE }}/${{ inputs.path }}"],
    ["is built of variables alone", "http://${{ env.HOST }}:${{ env.NUMBER }}"],
  ])("may be internal when it %s", async (_title, url) => {
    const env = { BASE: "http://127.0.0.1:PORT", HOST: "127.0.0.1", NUMBER: "PORT" };
    expect(await ask(url, { env })).toBe("reached");
  });

  test.each([
    ["is computed", "http://${{ inputs.host }}/x"],
    ["is computed by CEL", "${{ 'http://' + inputs.host }}/x"],
    ["is ended by what is computed", "http://127.0.0.1:PORT${{ '/' + inputs.path }}"],
    ["follows more slashes than two", "http:///${{ inputs.host }}/x"],
    ["is computed from a variable that is", "http://${{ env.COPY }}/x"],
    ["is computed from a variable by a name that is", "http://${{ env[inputs.path + '_HOST'] }}/x"],
  ])("may not when it %s", async (_title, url) => {
    const more = 'env: { FIRST: "${{ inputs.host }}", COPY: "${{ env.FIRST }}" }';
    expect(await ask(url, { more, env: { x_HOST: "127.0.0.1:PORT" } })).toBe("internal-address");
  });

  test("is looked at in http.download too, which then leaves nothing", async () => {
    const projectDir = temporaryProject();
    const port = await serve((_request, response) => response.end("reached"));
    const text = (more: string) =>
      steps(`
  - { id: host, uses: data.set, with: { v: "localhost:${port}" } }
  - { id: a, uses: http.download, with: { url: "http://\${{ steps.host.output.v }}/", dest: file${more} } }
`);
    const refused = await runFlow(text(""), { projectDir });
    expect(refused.steps[1]?.error?.code).toBe("internal-address");
    expect(readdirSync(projectDir)).toEqual([]);
    expect((await runFlow(text(", allow_internal: true"), { projectDir })).statuses.a).toBe("completed");
  });
});

describe("fetching from public addresses", () => {
  /** The real thing, except that one address of this machine counts as public. */
  const isRefused = (address: string) => address !== "127.0.0.1" && isInternalAddress(address);
  const fetchPublic = (url: string, init: RequestInit) => publicFetch(url, init, { isRefused });

  /** A resolver of an attacker: each time it is asked, the next answer. */
  function changing(...answers: readonly (readonly string[])[]): { readonly resolve: Resolve; asked(): number } {
    let asked = 0;
    return {
      asked: () => asked,
      resolve(_hostname, _options, callback) {
        const answer = answers[Math.min(asked++, answers.length - 1)]!;
        const addresses = answer.map((address) => ({ address, family: 4 }));
        setImmediate(() => callback(null, addresses));
      },
    };
  }

  test("refuses a name whose address is public when it is first asked for, and internal then", async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve(({ socket }, response) => {
      seen.push(socket.localAddress);
      response.end("reached");
    });
    const url = `http://rebound.example:${port}/`;
    const dns = changing(["127.0.0.1"], ["127.0.0.2"]);
    const first = await publicFetch(url, {}, { isRefused, resolve: dns.resolve });
    expect(await first.text()).toBe("reached");
    expect(dns.asked(), "what was checked is what was connected to: nobody asks again between").toBe(1);
    const second = publicFetch(url, {}, { isRefused, resolve: dns.resolve });
    await expect(second).rejects.toMatchObject({ code: "internal-address" });
    const redirected = changing(["127.0.0.1"], ["169.254.169.254"]);
    const hop = await serve((_request, response) => response.writeHead(302, { location: "/again" }).end());
    const third = publicFetch(`http://rebound.example:${hop}/`, {}, { isRefused, resolve: redirected.resolve });
    await expect(third, "a redirect to the same name is asked for anew").rejects.toMatchObject({
      code: "internal-address",
    });
    expect(redirected.asked()).toBe(2);
    const mixed = changing(["127.0.0.1", "10.0.0.1"]);
    const fourth = publicFetch(url, {}, { isRefused, resolve: mixed.resolve });
    await expect(fourth, "one of several is enough").rejects.toMatchObject({ code: "internal-address" });
    expect(seen).toHaveLength(1);
  });

  test("refuses a redirect to an internal address", async () => {
    let reached = 0;
    const port = await serve(({ url }, response) => {
      if (url === "/inside") reached++;
      response.writeHead(302, { location: `http://127.0.0.2:${port}/inside` }).end();
    });
    await expect(fetchPublic(`http://127.0.0.1:${port}/`, {})).rejects.toMatchObject({ code: "internal-address" });
    expect(reached).toBe(0);
    const stays = await fetchPublic(`http://127.0.0.1:${port}/`, { redirect: "manual" });
    expect(stays.status).toBe(302);
  });

  test("sends, follows and reads as fetch does", async () => {
    const seen: string[] = [];
    const port = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { method, url, headers } = request;
      seen.push(`${method} ${url} ${headers["content-type"] ?? "-"} ${headers.authorization ?? "-"} ${body}`);
      if (url === "/see") response.writeHead(303, { location: "/got" }).end();
      else if (url === "/keep") response.writeHead(307, { location: "/got" }).end();
      else if (url === "/loop") response.writeHead(302, { location: "/loop" }).end();
      else if (url === "/empty") response.writeHead(204).end();
      else response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello"));
    });
    const at = `http://127.0.0.1:${port}`;
    const init = { method: "POST", body: "data", headers: { "content-type": "text/x", authorization: "me" } };
    expect(await (await fetchPublic(`${at}/see`, init)).text()).toBe("hello");
    expect(await (await fetchPublic(`${at}/keep`, init)).text()).toBe("hello");
    const form = new FormData();
    form.append("field", "value");
    await (await fetchPublic(at, { method: "POST", body: form })).text();
    expect(seen.slice(0, 4)).toEqual([
      "POST /see text/x me data",
      "GET /got - me ",
      "POST /keep text/x me data",
      "POST /got text/x me data",
    ]);
    expect(seen[4]).toMatch(/multipart\/form-data; boundary=[\s\S]*name="field"/);
    expect((await fetchPublic(`${at}/empty`, {})).status).toBe(204);
    await expect(fetchPublic(`${at}/loop`, {})).rejects.toThrow(/redirects/);
  });
});
