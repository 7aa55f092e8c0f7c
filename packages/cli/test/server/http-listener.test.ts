import { json } from "@pawl/flows";
import { silentLogger } from "@pawl/hooks/guard";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../src/server/http-listener.ts";

test("a path whose route is still to come is asked for again later; once all are there, it is not found", async () => {
  const options = { host: "127.0.0.1", port: 0, access: () => undefined, log: silentLogger };
  const server = await listen({ ...options, isStarting: true });
  onTestFinished(() => server.close(0));
  server.route("GET", "/here", () => json(200, {}));
  const ask = async (path: string) => {
    const answer = await fetch(server.url + path);
    const { code } = (await answer.json()) as { code?: string };
    return [answer.status, code, answer.headers.get("retry-after")];
  };
  expect(await ask("/here")).toEqual([200, undefined, null]);
  expect(await ask("/trigger")).toEqual([503, "not-ready", "1"]);
  server.settle();
  expect(await ask("/trigger")).toEqual([404, "not-found", null]);
});
