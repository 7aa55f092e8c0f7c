import { statSync } from "node:fs";
import { join } from "node:path";
import { createSqliteTransport, startNetwork } from "@pawl/networks";
import { expect, onTestFinished, test } from "vitest";
import { closing, line, temporaryFolder } from "../networks.ts";

const messages = process.env.PAWL_SOAK ? 1_000_000 : 20_000;

test(`${messages} messages leave a bounded file and flat memory`, { timeout: 3_600_000 }, async () => {
  const file = join(temporaryFolder(), "networks.db");
  const run = await startNetwork(line, {
    transport: closing(createSqliteTransport({ file, synchronous: "normal" })),
    hooks: {},
  });
  onTestFinished(() => run.stop());
  const text = "x".repeat(200);
  let sent = 0;
  const memory: number[] = [];
  const sender = async () => {
    while (sent < messages) {
      const n = sent++;
      await run.sendWhenRoom("g", { payload: { n, text }, headers: {} });
      if (n % Math.floor(messages / 10) === 0) memory.push(usedMegabytes());
    }
  };
  await Promise.all(Array.from({ length: 256 }, sender));
  await run.idle();
  const { count, results } = await run.line.outputs(2);
  expect([count, results.length]).toEqual([messages, 1_000]);
  expect(JSON.parse(results.at(-1)!.text)).toMatchObject({ text });
  const bytes = ["", "-wal"].reduce((sum, suffix) => sum + statSync(file + suffix).size, 0);
  // Half a million ids of 50 bytes, a thousand outputs, a write-ahead log, and room to breathe.
  expect(bytes).toBeLessThan(150 * 1024 * 1024);
  expect(Math.max(...memory.slice(5)) - Math.max(...memory.slice(1, 5))).toBeLessThan(80);
});

function usedMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}
