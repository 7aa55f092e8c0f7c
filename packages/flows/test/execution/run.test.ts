import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestEngine, flowOf, inspect, runFlow, steps, storeKinds, temporaryProject } from "./flow-kit.ts";

describe.each(storeKinds)("a run, on the %s store", (kind) => {
  test("has the outputs that the flow declares", async () => {
    const { run } = await runFlow(
      `
name: t
inputs: { who: { type: string, default: world } }
steps:
  - { id: greet, uses: text.replace, with: { text: "hello X", old: X, new: "\${{ inputs.who }}" } }
outputs:
  greeting: "\${{ steps.greet.output }}"
  fixed: 1
`,
      { kind },
    );
    expect(run.outputs).toEqual({ greeting: "hello world", fixed: 1 });
  });

  test("gives expressions its trigger, itself and its flow", async () => {
    const { outputs, run } = await runFlow(
      steps(`
  - { id: a, uses: data.set, with: { type: "\${{ trigger.type }}", n: "\${{ trigger.payload.n }}", run: "\${{ run.id }}", same: "\${{ trigger.run_id == run.id }}", flow: "\${{ flow.name }}" } }
`),
      { kind, start: { trigger: { type: "test.event", payload: { n: 4 } } } },
    );
    expect(outputs.a).toEqual({ type: "test.event", n: 4, run: run.id, same: true, flow: "t" });
  });
});

describe("finally", () => {
  test("runs after success, and sees the steps", async () => {
    const { statuses, outputs } = await runFlow(`
name: t
steps: [{ id: a, uses: data.set, with: { n: 1 } }]
finally: [{ id: z, uses: data.set, with: { n: "\${{ steps.a.output.n }}" } }]
`);
    expect(statuses).toEqual({ a: "completed", z: "completed" });
    expect(outputs.z).toEqual({ n: 1 });
  });

  test("runs after a failure, and leaves the run failed with its first error", async () => {
    const { run, statuses } = await runFlow(`
name: t
steps: [{ id: a, uses: assert.that, with: { condition: false, message: first } }, { id: b, uses: data.set }]
finally: [{ id: y, uses: assert.that, with: { condition: false, message: second } }, { id: z, uses: data.set }]
`);
    expect(statuses).toEqual({ a: "failed", y: "failed" });
    expect(run.error?.message).toBe('Step "a" failed: first');
  });

  test("that fails makes a run fail that would have completed", async () => {
    const { run } = await runFlow(`
name: t
steps: [{ id: a, uses: data.set }]
finally: [{ id: z, uses: assert.that, with: { condition: false } }]
`);
    expect(run).toMatchObject({ status: "failed", error: { code: "assertion-failed" } });
  });

  test("runs after `next` named no step", async () => {
    const { statuses } = await runFlow(`
name: t
steps: [{ id: a, uses: data.set, next: "\${{ 'nowhere' }}" }]
finally: [{ id: z, uses: data.set }]
`);
    expect(statuses).toEqual({ a: "completed", z: "completed" });
  });
});

describe("outputs", () => {
  test("that cannot be evaluated fail the run", async () => {
    const { run } = await runFlow(`
name: t
steps: [{ id: a, uses: data.set }]
outputs: { x: "\${{ steps.a.output.nothing }}" }
`);
    expect(run).toMatchObject({ status: "failed", error: { code: "missing-value" } });
    expect(run.error?.message).toContain('"x"');
  });
});

describe("the environment", () => {
  test("comes from the system, env:, dotenv: and .env, in that order; values may name each other", async () => {
    const projectDir = temporaryProject();
    writeFileSync(join(projectDir, ".env"), "A=dotenv\nB=dotenv\nC=dotenv\nD=dotenv\nE='only here'\n");
    writeFileSync(join(projectDir, "first"), "A=first\nB=first\nC=first\n");
    writeFileSync(join(projectDir, "second"), "A=second\nB=second\nC=second\nF=second\n");
    const { outputs } = await runFlow(
      `
name: t
inputs: { who: { type: string, default: me } }
env: { A: flow, B: "flow of \${{ inputs.who }} and \${{ env.D }}", G: "\${{ env.B }}!" }
dotenv: [first, second]
steps:
  - { id: a, uses: shell.run, with: { command: 'echo "$A,$B,$C,$D,$E,$F,$G"', shell: true } }
  - { id: b, uses: data.set, with: { a: "\${{ env.A }}", n: "\${{ env.G }}" } }
`,
      { projectDir, env: { PATH: process.env.PATH, A: "system" } },
    );
    expect(outputs.a).toMatchObject({
      stdout: "system,flow of me and dotenv,first,dotenv,only here,second,flow of me and dotenv!",
    });
    expect(outputs.b).toEqual({ a: "system", n: "flow of me and dotenv!" });
  });

  test("of a step is nearest, and wins; that of a container is for its children", async () => {
    const { outputs } = await runFlow(
      `
name: t
env: { A: flow }
steps:
  - id: g
    env: { A: group, B: group }
    steps:
      - { id: x, uses: shell.run, env: { B: step }, with: { command: 'echo "$A,$B"', shell: true } }
  - { id: y, uses: shell.run, with: { command: 'echo "$A,$B"', shell: true } }
`,
    );
    expect(outputs["g.x"]).toMatchObject({ stdout: "group,step" });
    expect(outputs.y).toMatchObject({ stdout: "flow," });
  });

  test("is never written into this process's own", async () => {
    await runFlow("name: t\nenv: { PAWL_TEST_LEAK: leaked }\nsteps: [{ id: a, uses: data.set }]\n");
    expect(process.env.PAWL_TEST_LEAK).toBeUndefined();
  });

  test("goes on without a dotenv file that is missing, with a warning", async () => {
    const { run, engine } = await runFlow("name: t\ndotenv: missing.env\nsteps: [{ id: a, uses: data.set }]\n");
    expect(run.status).toBe("completed");
    const events = await engine.store.events.read({ runId: run.id, types: ["log"] });
    expect(events.map((event) => event.data)).toContainEqual(expect.objectContaining({ level: "warn" }));
  });
});

describe("secrets", () => {
  test("come from the environment, a file or a command", async () => {
    const projectDir = temporaryProject();
    mkdirSync(join(projectDir, "keys"));
    writeFileSync(join(projectDir, "keys", "token"), "from file\n");
    const { outputs } = await runFlow(
      `
name: t
secrets: { a: { env: TOKEN }, b: { file: keys/token }, c: { command: "echo from command" } }
steps:
  - { id: s, uses: data.set, with: { lengths: "\${{ [size(secrets.a), size(secrets.b), size(secrets.c)] }}" } }
`,
      { projectDir, env: { PATH: process.env.PATH, TOKEN: "from env" } },
    );
    expect(outputs.s).toEqual({ lengths: [8, 9, 12] });
  });

  test("that cannot be read fail the run, without a word of what the command printed", async () => {
    const { run } = await runFlow(`
name: t
secrets: { a: { command: "echo hunter2; exit 1" } }
steps: [{ id: s, uses: data.set }]
`);
    expect(run).toMatchObject({ status: "failed", error: { code: "secret-unavailable" } });
    expect(run.error?.message).not.toContain("hunter2");
  });
});

describe("a flow step", () => {
  const child = `
name: child
inputs: { n: { type: number, required: true } }
steps: [{ id: double, uses: data.set, with: { n: "\${{ inputs.n * 2 }}" } }]
outputs: { n: "\${{ steps.double.output.n }}" }
`;

  test.each(storeKinds)("runs another flow as a run of its own, and has its outputs (%s)", async (kind) => {
    const flow = await flowOf(child);
    const { run, outputs, engine } = await runFlow(
      steps(`
  - { id: call, loop: [1, 2, 3], max_parallel: 3, flow: child, with: { n: "\${{ item }}" } }
  - { id: after, uses: data.set, with: { all: "\${{ steps.call.output }}" } }
`),
      { kind, findFlow: (name) => (name === "child" ? flow : undefined) },
    );
    expect(run.status).toBe("completed");
    expect(outputs.after).toEqual({ all: [{ n: 2 }, { n: 4 }, { n: 6 }] });
    const children = await engine.store.durability.list({ flow: "child" });
    expect(children.map((each) => each.parent?.runId)).toEqual([run.id, run.id, run.id]);
    expect(children[0]?.trigger.type).toBe("flow");
  });

  test("fails with its run, names an unknown flow, and passes on what is wrong with the inputs", async () => {
    const flow = await flowOf(child);
    const failing = await flowOf(
      "name: bad\nsteps: [{ id: x, uses: assert.that, with: { condition: false, message: oh } }]\n",
    );
    const findFlow = (name: string) => ({ child: flow, bad: failing })[name];
    const { outputs } = await runFlow(
      steps(`
  - { id: a, flow: bad, continue_on_error: true }
  - { id: b, flow: nobody, continue_on_error: true }
  - { id: c, flow: child, with: { n: text, m: 1 }, continue_on_error: true }
  - { id: codes, uses: data.set, with: { all: "\${{ [steps.a.error.code, steps.b.error.code, steps.c.error.code] }}" } }
`),
      { findFlow },
    );
    expect(outputs.codes).toEqual({ all: ["sub-flow-failed", "unknown-flow", "invalid-input"] });
  });

  test("is cancelled with the run that started it", async () => {
    const sleeper = await flowOf("name: sleeper\nsteps: [{ id: s, uses: shell.run, with: { command: sleep 60 } }]\n");
    const engine = await createTestEngine({ findFlow: () => sleeper });
    const controller = new AbortController();
    engine.store.events.subscribe((event) => {
      if (event.type === "step-started" && event.recordId === "s") controller.abort(new Error("enough"));
    });
    const { run, statuses } = await inspect(
      engine,
      await engine.run(await flowOf(steps("\n  - { id: call, flow: sleeper }\n")), { signal: controller.signal }),
    );
    expect(run.status).toBe("cancelled");
    expect(statuses).toEqual({ call: "cancelled" });
    const [childRun] = await engine.store.durability.list({ flow: "sleeper" });
    expect(childRun?.status).toBe("cancelled");
  });
});
