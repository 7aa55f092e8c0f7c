import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectTo, freePort, startRedis, whyNoRedis } from "../../plugins/redis/test/redis-server.ts";
import { type Going, pawlJson, startServe, temporaryProject, until } from "./pawl.ts";
import { sendAll } from "./sender.ts";

/** A network of an origin that a trigger feeds and a sink that keeps what came. */
const fed = (name: string, type: string, trigger: string) => ({
  [`networks/${name}.yaml`]:
    `name: ${name}\npods:\n  - { id: in, type: ${type}, trigger: ${trigger} }\n  - { id: out, type: sink }\n` +
    "connections: [{ from: in, to: out }]\n",
});

const posts = 120;
const entries = 120;
const kills = 2;

async function outputs(url: string, network: string): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${url}/networks/${network}/out/output?limit=1000`);
  return ((await answer.json()) as { results: Record<string, unknown>[] }).results;
}

test.skipIf(whyNoRedis)(
  `posts, entries of a stream, files and the clock feed gateways and initiators, each event once, over ${kills} kills`,
  { timeout: 180_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const client = await connectTo(redis.url);
    onTestFinished(() => client.destroy());
    const cwd = temporaryProject({
      "package.json": JSON.stringify({ dependencies: { "@pawl/plugin-redis": "0.1.0" } }),
      ...fed("posted", "gateway", "{ uses: webhook.receive, with: { path: posted } }"),
      ...fed("streamed", "gateway", '{ uses: redis.stream, with: { url: "${{ env.REDIS_URL }}", stream: fed } }'),
      ...fed("found", "initiator", "{ uses: file.watch, with: { path: inbox } }"),
      ...fed("ticked", "initiator", '{ uses: cron, with: { schedule: "* * * * * *", timezone: UTC } }'),
    });
    symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(cwd, "node_modules"));
    mkdirSync(join(cwd, "inbox"));
    const port = await freePort();
    const start = () => startServe({ cwd, env: { REDIS_URL: redis.url } }, [], port);
    let serve: Going & { url: string } = await start();

    let acknowledged = 0;
    const ids = Array.from({ length: posts }, (_, index) => `delivery-${index}`);
    const sending = sendAll({ url: `${serve.url}/webhooks/posted`, ids, at: 4, onDelivered: () => acknowledged++ });
    for (let kill = 1; kill <= kills; kill++) {
      const share = Math.floor((posts * kill) / (kills + 1));
      await until(`${share} posts are acknowledged`, () => acknowledged >= share, 60_000);
      for (let n = 0; n < entries / kills; n++) await client.xAdd("fed", "*", { n: `${kill}-${n}` });
      // Written aside, so that no half of it is seen.
      writeFileSync(join(cwd, `${kill}.part`), `file ${kill}`);
      renameSync(join(cwd, `${kill}.part`), join(cwd, "inbox", `${kill}.txt`));
      await serve.kill("SIGKILL");
      serve = await start();
    }
    await sending;

    const posted = await until("every post is there", async () => {
      const came = await outputs(serve.url, "posted");
      return came.length >= posts ? came : undefined;
    });
    expect(posted.map(({ id }) => id).sort()).toEqual(ids.sort());
    const streamed = await until("every entry is there", async () => {
      const came = await outputs(serve.url, "streamed");
      return came.length >= entries ? came : undefined;
    });
    expect(new Set(streamed.map((each) => JSON.stringify(each))).size).toBe(entries);
    expect(streamed).toHaveLength(entries);
    await until("every file is there", async () => (await outputs(serve.url, "found")).length >= kills);
    const ticked = await until("the clock has ticked after the last kill", async () => {
      const came = await outputs(serve.url, "ticked");
      return came.length >= kills + 2 ? came : undefined;
    });
    expect(new Set(ticked.map((each) => JSON.stringify(each))).size).toBe(ticked.length);
    const status = await pawlJson(["status"], { cwd });
    expect(status.networks.map((network: { deadLetters: number }) => network.deadLetters)).toEqual([0, 0, 0, 0]);
    await serve.kill("SIGTERM");
  },
);
