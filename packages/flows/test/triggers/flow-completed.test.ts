import { expect, test } from "vitest";
import { countingStarts, engineOf, flowOf, later, supervise, until } from "./trigger-kit.ts";

async function flows(input: object = {}) {
  const build = await flowOf("build", [], { outputs: { artefact: "a.tar" } });
  const broken = await flowOf("broken", [], { steps: [{ id: "no", uses: "assert.that", with: { condition: false } }] });
  const after = await flowOf("after", [{ uses: "flow.completed", with: { flow: ["build", "broken"], ...input } }]);
  return { build, broken, after };
}

test("fires once for each run of the other flow that completes, with its outputs", async () => {
  const { build, after } = await flows();
  const engine = engineOf();
  const { runs } = await supervise([after], { engine });
  const ids = [];
  for (let n = 0; n < 3; n++) ids.push((await engine.run(build)).id);
  const started = async () => (await runs()).filter((run) => run.flow === "after");
  await until(async () => (await started()).length === 3);
  const payloads = (await started()).map((run) => run.trigger.payload as { run_id: string });
  expect(payloads.map((payload) => payload.run_id).sort()).toEqual(ids.sort());
  expect(payloads[0]).toMatchObject({ flow: "build", status: "completed", outputs: { artefact: "a.tar" } });
});

test("fires for failures when it is asked to, and not otherwise", async () => {
  const { broken, build, after } = await flows({ status: "failed" });
  const engine = engineOf();
  const { runs } = await supervise([after], { engine });
  await engine.run(build);
  const failed = await engine.run(broken);
  expect(failed.status).toBe("failed");
  await until(async () => (await runs()).some((run) => run.flow === "after"));
  const started = (await runs()).filter((run) => run.flow === "after");
  expect(started.map((run) => (run.trigger.payload as { run_id: string }).run_id)).toEqual([failed.id]);
});

test("finds what ended while no server ran, and not what ended before it was there", async () => {
  const { build, after } = await flows();
  const engine = engineOf();
  await engine.run(build);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const first = await supervise([after], { engine });
  await until(async () => (await engine.store.state.get("trigger:after/flow.completed", "after")) !== undefined);
  await first.supervisor.close();
  const missed = await engine.run(build);
  const second = await supervise([after], { engine });
  later(() => second.supervisor.close());
  await until(async () => (await second.runs()).some((run) => run.flow === "after"));
  const started = (await second.runs()).filter((run) => run.flow === "after");
  expect(started.map((run) => run.trigger.eventId)).toEqual([missed.id]);
});

test("runs that ended together start theirs in one commit", async () => {
  const { build, after } = await flows();
  const counted = countingStarts(engineOf());
  const first = await supervise([after], { engine: counted.engine });
  await until(
    async () => (await counted.engine.store.state.get("trigger:after/flow.completed", "after")) !== undefined,
  );
  await first.supervisor.close();
  const missed: string[] = [];
  for (let n = 0; n < 20; n++) missed.push((await counted.engine.run(build)).id);
  const second = await supervise([after], { engine: counted.engine });
  const started = async () => (await second.runs()).filter((run) => run.flow === "after");
  await until(async () => (await started()).length === 20);
  expect(counted.most()).toBe(20);
  expect((await started()).map((run) => run.trigger.eventId).sort()).toEqual(missed);
});

test("cannot wait for its own flow", async () => {
  const flow = await flowOf("loop", [{ uses: "flow.completed", with: { flow: "loop" } }]);
  const { status } = await supervise([flow]);
  await until(() => status().health === "failed");
  expect(status().lastError!.code).toBe("own-flow");
});
