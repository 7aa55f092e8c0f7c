import { expect, test } from "vitest";
import { keeping, projectWith, serve, until, writeInto } from "../../packages/cli/test/server/serve-kit.ts";

const hook = { uses: "webhook.receive" };
const slow = { steps: [{ id: "wait", uses: "wait.for", with: { duration: "150ms" } }] };

test("no event is dropped because a run of its flow is queued or goes on: each is a run with its own payload", async () => {
  const dir = projectWith({ "flows/orders.yaml": keeping("orders", hook, { ...slow, concurrency: { limit: 2 } }) });
  const project = await serve(dir);
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => project.post("/webhooks/orders", { n })));
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
  const runs = await project.runs();
  const payloads = runs.map((run) => (run.trigger.payload as { n: number }).n).sort((a, b) => a - b);
  expect(payloads).toEqual(Array.from({ length: 12 }, (_, n) => n));
  await until(async () => (await project.runs()).every((run) => run.status === "completed"));
});

test("an event does not wait for a poll: half of the runs begin within a tenth of a second", async () => {
  const project = await serve(projectWith({ "flows/orders.yaml": keeping("orders", hook) }));
  for (let n = 0; n < 20; n++) {
    const { run_id } = (await (await project.post("/webhooks/orders", { n })).json()) as { run_id: string };
    await project.runtime.store.durability.ended(run_id);
  }
  const waits = (await project.runs()).map((run) => run.startedAt! - run.createdAt).sort((a, b) => a - b);
  expect(waits[10]).toBeLessThan(100);
});

test("a trigger that throws or ends is started again, and its flow does not fall silent", async () => {
  const dir = projectWith({
    "plugins/flaky.ts": `import { definePlugin, trigger } from "@pawl/flows";
import { z } from "zod";
let lives = 0;
const flaky = trigger({ name: "my.flaky", input: z.object({}), async *run() {
  lives += 1;
  yield { life: lives };
  throw new Error("the line is dead");
} });
export default definePlugin({ name: "flaky", triggers: [flaky] });
`,
    "flows/calls.yaml": keeping("calls", { uses: "my.flaky", with: {} }),
  });
  const project = await serve(dir);
  await until(async () => (await project.runs()).length >= 2);
  const health = await project.request("/api/v1/triggers");
  expect(await health.text()).toContain("the line is dead");
});

test("a flow file that is added or changed takes effect without a restart", async () => {
  const dir = projectWith({});
  const project = await serve(dir);
  writeInto(dir, "flows/new.yaml", keeping("new", hook));
  await until(async () => (await project.post("/webhooks/new", {})).status === 202);
});

test("what a trigger is given may hold expressions, and a flow whose trigger is misconfigured does not vanish in silence", async () => {
  process.env.PAWL_FAULTS_PATH = "from-env";
  const dir = projectWith({
    "flows/named.yaml": keeping("named", { ...hook, with: { path: "${{ env.PAWL_FAULTS_PATH }}" } }),
    "flows/wrong.yaml": keeping("wrong", { uses: "interval", with: { every: "${{ env.PAWL_FAULTS_PATH }}" } }),
  });
  const project = await serve(dir);
  delete process.env.PAWL_FAULTS_PATH;
  expect((await project.post("/webhooks/from-env", {})).status).toBe(202);
  const { triggers } = (await (await project.request("/api/v1/triggers")).json()) as { triggers: { flow: string }[] };
  expect(JSON.stringify(triggers.find((each) => each.flow === "wrong"))).toMatch(/every|duration/);
});
