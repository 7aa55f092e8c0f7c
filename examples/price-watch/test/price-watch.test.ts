import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { copyOfExample, linesOf, pawlJson, startServe, until } from "../../../test/end-to-end/pawl.ts";

/** A source of prices that answers whatever the test says. */
async function startSource(): Promise<{ url: string; price: string }> {
  const source = { url: "", price: "100.00" };
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ bpi: { USD: { rate: source.price } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  source.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return source;
}

test("each change of the price is one run of watch_prices, also across a restart", async () => {
  const source = await startSource();
  const cwd = copyOfExample("price-watch");
  const env = { PRICE_URL: source.url, POLL_SECONDS: "0.05" };
  const prices = () => linesOf(join(cwd, "prices.txt"));

  const first = await startServe({ cwd, env });
  await until("the first price is written", () => prices().length === 1);
  source.price = "101.50";
  await until("the second price is written", () => prices().length === 2);
  await first.kill("SIGTERM");

  await startServe({ cwd, env });
  source.price = "99.9 $(touch owned)";
  await until("the third price is written", () => prices().length === 3);

  expect(prices()).toEqual(["100.00", "101.50", "99.9 $(touch owned)"].map((price) => `${price} USD`));
  expect(existsSync(join(cwd, "owned"))).toBe(false);
  const { runs } = await pawlJson(["runs", "--flow", "watch_prices"], { cwd });
  expect(runs).toHaveLength(3);
  expect(runs.map((run: { trigger: string }) => run.trigger)).toEqual(Array(3).fill("myservice.event"));
});
