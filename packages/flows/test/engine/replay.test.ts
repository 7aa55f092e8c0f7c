import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openQuestions, ReplayError, sendDecision } from "../../src/index.ts";
import { createTestEngine, flowOf, inspect, steps, storeKinds, temporaryProject } from "../execution/flow-kit.ts";

describe.each(storeKinds)("a replay, on the %s store", (kind) => {
  test("reuses what was recorded before the step, and executes the rest with the same inputs, vars and trigger", async () => {
    const projectDir = temporaryProject();
    const engine = await createTestEngine({ kind, projectDir });
    const flow = await flowOf(`
name: t
inputs: { who: { type: string } }
steps:
  - { id: each, loop: [1, 2], uses: file.append, with: { path: marks, content: "e" } }
  - { id: g, steps: [{ id: a, uses: file.append, with: { path: marks, content: a } }, { id: b, uses: file.append, with: { path: marks, content: "b" } }] }
  - { id: last, uses: data.set, with: { who: "\${{ inputs.who }}", v: "\${{ vars.v }}", t: "\${{ trigger.payload.n }}", n: "\${{ size(steps.each.output) }}" } }
`);
    const trigger = { type: "test", payload: { n: 7 } };
    const first = await engine.run(flow, { inputs: { who: "ana" }, vars: { v: "x" }, trigger });
    const again = await inspect(engine, await engine.replay(first.id, "g.b"));
    expect(readFileSync(join(projectDir, "marks"), "utf8")).toBe("eeabb");
    expect(again.run).toMatchObject({
      status: "completed",
      trigger: { type: "test", replay: { of: first.id, from: "g.b" } },
    });
    expect(again.outputs.last).toEqual({ who: "ana", v: "x", t: 7, n: 2 });
    const reused = again.steps.filter((step) => step.reason?.includes(`reused from run ${first.id}`));
    expect(reused.map((step) => step.id)).toEqual(["each[0]", "each[1]", "g.a"]);
    const group = await engine.replay(first.id, "g");
    expect(group.status).toBe("completed");
    expect(readFileSync(join(projectDir, "marks"), "utf8")).toBe("eeabbab");
  });

  test("does not ask again for what was approved before the step, nor sleep again", async () => {
    const engine = await createTestEngine({ kind });
    const text = steps(`  - { id: a, approval: true, uses: data.set, with: { v: 1 } }
  - { id: pause, uses: wait.for, with: { duration: 1ms } }
  - { id: b, uses: data.set, with: { v: 2 } }
`);
    const waiting = await engine.run(await flowOf(text));
    const [question] = await openQuestions(engine.store, waiting);
    await sendDecision(engine.store, question!, { decision: "approve", by: "ana" });
    const first = await engine.resume(waiting.id);
    expect((await engine.replay(first.id, "b")).status).toBe("completed");
    expect((await engine.replay(first.id, "a")).status).toBe("waiting");
  });

  test("is refused for a step that is unknown or was not reached, and for a run that goes on", async () => {
    const engine = await createTestEngine({ kind });
    const text = steps(`  - { id: build, uses: assert.that, with: { condition: false } }
  - { id: ask, approval: true, uses: data.set, with: {} }
`);
    const run = await engine.run(await flowOf(text));
    await expect(engine.replay(run.id, "buidl")).rejects.toThrow(/build/);
    await expect(engine.replay(run.id, "ask")).rejects.toBeInstanceOf(ReplayError);
    const waiting = await engine.run(
      await flowOf(steps("  - { id: ask, approval: true, uses: data.set, with: {} }\n")),
    );
    await expect(engine.replay(waiting.id, "ask")).rejects.toMatchObject({ code: "run-not-ended" });
  });
});

test("reuses the branch of a parallel that was through, and executes the one that failed and what follows", async () => {
  const projectDir = temporaryProject();
  const engine = await createTestEngine({ kind: "sqlite", projectDir });
  const text = steps(`  - id: both
    parallel:
      - { id: good, uses: shell.run, with: { shell: true, command: "printf g >> marks" } }
      - { id: bad, uses: shell.run, with: { shell: true, check: true, command: "sleep 0.2; printf b >> marks; test -f mended" } }
  - { id: after, uses: shell.run, with: { shell: true, command: "printf a >> marks" } }
`);
  const first = await engine.run(await flowOf(text));
  expect([first.status, readFileSync(join(projectDir, "marks"), "utf8")]).toEqual(["failed", "gb"]);
  writeFileSync(join(projectDir, "mended"), "");
  const again = await engine.replay(first.id, "both.bad");
  expect(again.status).toBe("completed");
  expect(readFileSync(join(projectDir, "marks"), "utf8")).toBe("gbba");
});
