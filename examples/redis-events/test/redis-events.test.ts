import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectTo, startRedis, whyNoRedis } from "../../../plugins/redis/test/redis-server.ts";
import { copyOfExample, linesOf, pawlJson, startServe, until } from "../../../test/end-to-end/pawl.ts";

const count = process.env.PAWL_SOAK ? 10_000 : 200;
const kills = process.env.PAWL_SOAK ? 10 : 3;

test.skipIf(whyNoRedis)(
  "entries added while pawl serve is killed again and again each have exactly one run",
  { timeout: 600_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const client = await connectTo(redis.url);
    onTestFinished(() => client.destroy());
    await client.del("orders");
    const cwd = copyOfExample("redis-events");
    const env = { REDIS_URL: redis.url };
    const add = async (from: number, to: number) => {
      for (let id = from; id < to; id++) await client.xAdd("orders", "*", { body: JSON.stringify({ id }) });
    };

    const part = Math.floor(count / (kills + 1));
    for (let kill = 0; kill < kills; kill++) {
      const serve = await startServe({ cwd, env });
      const adding = add(kill * part, (kill + 1) * part);
      const seen = kill * part + Math.floor(part / 2);
      await until("half of them have come", async () => (await acknowledged()) >= seen, 120_000);
      await serve.kill("SIGKILL");
      await adding;
    }
    await startServe({ cwd, env });
    await add(kills * part, count);
    await until("all are acknowledged", async () => (await acknowledged()) === count, 300_000);
    const all = async (status: string[] = []) =>
      (await pawlJson(["runs", "--flow", "orders", "--limit", "20000", ...status], { cwd })).runs as { id: string }[];
    await until("all have run", async () => (await all(["--status", "completed"])).length >= count, 300_000);
    expect(await all()).toHaveLength(count);
    const ids = new Set(linesOf(join(cwd, "orders.ndjson")).map((line) => JSON.parse(line).id));
    expect(ids.size).toBe(count);
    await until("a message of the channel has its run", () => linesOf(join(cwd, "announcements.txt")).length > 0);
    expect(linesOf(join(cwd, "announcements.txt"))[0]).toMatch(/^announcements: order \d+$/);

    /** Entries that the group has been given and that are not pending. */
    async function acknowledged(): Promise<number> {
      const groups = (await client.xInfoGroups("orders").catch(() => [])) as unknown as Record<string, number>[];
      const entries = await client.xPending("orders", "pawl").catch(() => undefined);
      const read = Number(groups[0]?.["entries-read"] ?? 0);
      return entries === undefined ? 0 : read - entries.pending;
    }
  },
);
