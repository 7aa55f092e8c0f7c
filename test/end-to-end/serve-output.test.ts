import { describe, expect, test } from "vitest";
import { pawl, pawlJson, post, startServe, temporaryProject, until } from "./pawl.ts";

const files = {
  "flows/orders.yaml":
    "name: orders\nconcurrency: { limit: 1, overflow: drop }\ntrigger: { uses: webhook.receive }\nsteps: [{ id: wait, uses: wait.for, with: { duration: 1s } }]\n",
  "flows/late.yaml":
    'name: late\ntrigger: { uses: cron, with: { schedule: "0 0 1 1 *", timezone: "${{ env.NOWHERE }}" } }\nenv: { NOWHERE: Nowhere/At_All }\nsteps: [{ id: keep, uses: data.set }]\n',
  "flows/broken.yaml": "name: broken\nsteps: [",
};

describe("pawl serve", () => {
  test("says where it listens, what is on, what is off and why, and what is dropped", async () => {
    const cwd = temporaryProject(files);
    const { url, output, child } = await startServe({ cwd });
    expect(output()).toContain("orders webhook.receive POST /webhooks/orders");
    expect(output()).toMatch(/late cron .*no time zone "Nowhere\/At_All"/);
    expect(output()).toMatch(/flows\/broken\.yaml has \d+ errors?; its flow does not run · pawl validate/);
    for (let n = 0; n < 2; n++) await post(`${url}/webhooks/orders`, {});
    await until("the drop is told", () => output().includes("dropped an event: orders has its limit of runs"));
    await until("pawl status tells it", async () => {
      const { triggers } = await pawlJson(["status"], { cwd });
      return triggers.some(({ dropped }: { dropped: number }) => dropped === 1);
    });
    expect((await pawl(["status"], { cwd })).stdout).toMatch(
      /orders\/\S+ +1 event dropped +overflow: drop +last .*limit/,
    );
    await until("the run is told", () => /orders +fired → run \w+ completed in/.test(output()));
    expect(child.exitCode).toBeNull();
  });

  test("a second one on the same port says so, and exits 5", async () => {
    const { url } = await startServe({ cwd: temporaryProject(files) });
    const { port } = new URL(url);
    const second = await pawl(["serve", "--port", port], { cwd: temporaryProject({}) });
    expect([second.code, second.stderr]).toEqual([5, expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`)]);
  });

  test("with --json gives one event a line, the first with the address", async () => {
    const { url, output } = await startServe({ cwd: temporaryProject(files) }, ["--json"]);
    await post(`${url}/webhooks/orders`, {});
    const lines = () =>
      output()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
    await until("the run has ended", () => lines().some(({ type }) => type === "run-ended"));
    const [ready, ...events] = lines();
    expect(ready).toMatchObject({ type: "ready", url, off: [{ file: "flows/broken.yaml" }] });
    const late = ready.triggers.find(({ flow }: { flow: string }) => flow === "late");
    expect([late.health, late.reason]).toEqual(["failed", expect.stringContaining("Nowhere/At_All")]);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["trigger-fired", "run-ended"]));
  });
});
