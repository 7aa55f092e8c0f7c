import { expect, test } from "vitest";
import { allRuns } from "./api-client.ts";
import { type Going, startServe, temporaryProject, until } from "./pawl.ts";

const isSoak = process.env.PAWL_SOAK !== undefined;
const ticks = isSoak ? 200 : 8;
/** After how many ticks one of the two is killed. */
const killEvery = isSoak ? [3, 9] : [2, 3];

const beat = [
  "name: beat",
  'trigger: { uses: cron, with: { schedule: "* * * * * *", timezone: UTC } }',
  'steps: [{ id: keep, uses: data.set, with: { at: "${{ trigger.payload.scheduled }}" } }]',
  "",
].join("\n");

type Served = Going & { url: string };

test(`a schedule of every second fires once per tick over ${ticks} ticks, whichever of two servers is killed`, {
  timeout: 600_000,
}, async () => {
  const cwd = temporaryProject({ "flows/beat.yaml": beat });
  const servers: Served[] = [await startServe({ cwd }), await startServe({ cwd })];
  const fired = async (): Promise<string[]> => {
    const found = await Promise.any(servers.map(({ url }) => allRuns(url, "beat")));
    return found.map((run) => run.trigger.eventId!).sort();
  };
  const [first] = await until("the first tick", async () => {
    const ids = await fired();
    return ids.length > 0 ? ids : undefined;
  });
  const begin = Date.parse(first!);
  let killed = 0;
  for (let tick = 0; tick < ticks; ) {
    const [least = 1, most = 1] = killEvery;
    tick += least + Math.floor(Math.random() * (most - least + 1));
    const at = begin + tick * 1_000 + Math.random() * 1_000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
    const victim = Math.floor(Math.random() * servers.length);
    await servers[victim]!.kill("SIGKILL");
    killed += 1;
    servers[victim] = await startServe({ cwd });
  }
  const expected = Array.from({ length: ticks }, (_, n) => new Date(begin + n * 1_000).toISOString());
  const counted = await until(`${ticks} ticks have fired`, async () => {
    const ids = await fired();
    return ids.length >= ticks ? ids : undefined;
  });
  expect(counted.slice(0, ticks)).toEqual(expected);
  expect(new Set(counted).size).toBe(counted.length);
  if (isSoak) console.log(`${counted.length} ticks, ${killed} kills`);
});
