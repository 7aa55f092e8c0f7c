import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectTo, freePort, startRedis, whyNoRedis } from "../../plugins/redis/test/redis-server.ts";
import { allRuns } from "./api-client.ts";
import { type Going, startServe, temporaryProject, until } from "./pawl.ts";
import { type Delivered, sendAll } from "./sender.ts";

const isSoak = process.env.PAWL_SOAK !== undefined;
const posts = isSoak ? 5_000 : 200;
const entries = isSoak ? 10_000 : 400;
const kills = isSoak ? 10 : 2;

const keep = 'steps: [{ id: keep, uses: data.set, with: { payload: "${{ trigger.payload }}" } }]\n';
const files = {
  "package.json": JSON.stringify({ dependencies: { "@pawl/plugin-redis": "0.1.0" } }),
  "flows/posted.yaml": `name: posted\ntrigger: { uses: webhook.receive }\n${keep}`,
  "flows/streamed.yaml": `name: streamed\ntrigger: { uses: redis.stream, with: { url: "\${{ env.REDIS_URL }}", stream: entries } }\n${keep}`,
};

test.skipIf(whyNoRedis)(
  `${posts} posts and ${entries} stream entries have one run each, though pawl serve is killed ${kills} times`,
  { timeout: 900_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const client = await connectTo(redis.url);
    onTestFinished(() => client.destroy());
    await client.del("entries");
    const cwd = temporaryProject(files);
    symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(cwd, "node_modules"));
    const port = await freePort();
    const start = () => startServe({ cwd, env: { REDIS_URL: redis.url } }, [], port);
    let serve: Going & { url: string } = await start();

    const acknowledged: Delivered[] = [];
    const added: string[] = [];
    const adding = (async () => {
      for (let n = 0; n < entries; n += 50) {
        // In step with the posts, so that every kill meets both.
        const due = (n / entries) * posts;
        await until(`${due} posts are acknowledged`, () => acknowledged.length >= due, 300_000);
        const some = Array.from({ length: 50 }, (_, index) => client.xAdd("entries", "*", { n: `${n + index}` }));
        added.push(...(await Promise.all(some)));
      }
    })();
    const ids = Array.from({ length: posts }, (_, index) => `delivery-${index}`);
    const url = `${serve.url}/webhooks/posted`;
    const sending = sendAll({ url, ids, at: 16, onDelivered: (delivered) => acknowledged.push(delivered) });

    for (let kill = 1; kill <= kills; kill++) {
      const share = Math.floor((posts * kill) / (kills + 1));
      await until(`${share} posts are acknowledged`, () => acknowledged.length >= share, 120_000);
      await serve.kill("SIGKILL");
      serve = await start();
    }
    const delivered = await sending;
    await adding;
    const settled = async () => {
      const [group] = (await client.xInfoGroups("entries")) as unknown as { lag: number; pending: number }[];
      return group?.lag === 0 && group.pending === 0;
    };
    await until("every entry is acknowledged", settled, 300_000);
    const left = async () => {
      const response = await fetch(`${serve.url}/api/v1/runs?status=queued,running,waiting&limit=1`);
      return ((await response.json()) as { runs: unknown[] }).runs.length;
    };
    await until("nothing is left to do", async () => (await left()) === 0, 300_000);

    const posted = await allRuns(serve.url, "posted");
    expect(posted.map((run) => run.trigger.eventId).sort()).toEqual([...ids].sort());
    const byDelivery = new Map(posted.map((run) => [run.trigger.eventId, run.id]));
    for (const { id, runId } of delivered) expect(byDelivery.get(id), id).toBe(runId);
    const streamed = await allRuns(serve.url, "streamed");
    expect(streamed.map((run) => run.trigger.eventId).sort()).toEqual(added.map((id) => `entries:${id}`).sort());
    expect([...posted, ...streamed].filter((run) => run.status !== "completed")).toEqual([]);
    const { triggers } = (await (await fetch(`${serve.url}/api/v1/triggers`)).json()) as {
      triggers: { counts: { dropped: number } }[];
    };
    expect(triggers.map(({ counts }) => counts.dropped)).toEqual([0, 0]);
    if (isSoak) console.log(`${delivered.filter(({ tries }) => tries > 1).length} deliveries were sent again`);
  },
);
