import { describe, expect, onTestFinished, test, vi } from "vitest";
import { serveEverything } from "../../packages/cli/test/server/api-walk.ts";
import { keeping, projectWith, serve } from "../../packages/cli/test/server/serve-kit.ts";

/** What a page of another site cannot hide. */
const foreign: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://else.where" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:1" },
];
/** What anybody may ask for: it tells that the process is there, and nothing else. */
const open = ["GET /healthz", "GET /readyz"];

const signed = [
  "POST /api/v1/networks/:network/:pod/messages",
  "POST /networks/scoring/intake/trigger",
  "POST /webhooks/signed",
];

function pathOf(path: string): string {
  return path.replace(":network", "line").replace(":pod", "intake").replaceAll(/:\w+/g, "x");
}

describe("there is no web page of Pawl's yet, and what its server offers to pages", () => {
  test("is nothing: every route refuses a page of another origin, and no run, answer or message comes of it", async () => {
    vi.stubEnv("PAWL_TEST_KEY", "known to two");
    onTestFinished(() => void vi.unstubAllEnvs());
    const project = await serveEverything();
    const routes = project.routes();
    expect(routes.length, "all of them, not a sample").toBeGreaterThan(20);
    const asked = new Set<string>();
    for (const { method, path } of routes) {
      for (const headers of foreign) {
        const sent = method === "*" ? "POST" : method;
        const hasBody = !["GET", "HEAD"].includes(sent);
        const response = await project.request(pathOf(path), {
          method: sent,
          headers: { ...headers, "content-type": "application/json" },
          ...(hasBody ? { body: "{}" } : {}),
        });
        await response.arrayBuffer();
        if (response.status === 401) asked.add(`${sent} ${path}`);
        else expect([`${sent} ${path}`, headers, response.status]).toEqual([`${sent} ${path}`, headers, 403]);
      }
    }
    expect([...asked].sort(), "those ask for a signature or a key, which no page has").toEqual(signed);
    expect(await project.runs()).toEqual([]);
  });

  test("cannot be had by a form, which sends no JSON and asks no permission before", async () => {
    const project = await serveEverything();
    for (const type of ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]) {
      for (const path of ["/api/v1/flows/orders/runs", "/webhooks/orders"]) {
        const init = { method: "POST", headers: { "content-type": type }, body: '{"n":1}' };
        expect([type, path, (await project.request(path, init)).status]).toEqual([type, path, 415]);
      }
    }
    expect(await project.runs()).toEqual([]);
  });
});

describe("there is no endpoint for remote workers, and the server", () => {
  test("takes neither code nor work from elsewhere without a token: no route of a public address is open but its health", async () => {
    const dir = projectWith({
      "flows/hook.yaml": keeping("hook", { uses: "webhook.receive" }),
      "flows/signed.yaml": keeping("signed", { uses: "webhook.receive", with: { secret: "known to two" } }),
    });
    const project = await serve(dir, { host: "0.0.0.0", tokens: { ann: "s3cret" } });
    const answered: string[] = [];
    for (const { method, path } of project.routes()) {
      const hasBody = !["GET", "HEAD"].includes(method);
      const headers = { "content-type": "application/json" };
      const response = await project.request(pathOf(path), { method, headers, ...(hasBody ? { body: "{}" } : {}) });
      await response.arrayBuffer();
      if (response.status !== 401) answered.push(`${method} ${path}`);
    }
    expect(answered.sort()).toEqual(open);
    expect(await project.runs()).toEqual([]);
    const paths = project.routes().map(({ path }) => path);
    expect(paths.filter((path) => /worker|code|upload|exec|eval|definition/.test(path))).toEqual([]);
  });
});
