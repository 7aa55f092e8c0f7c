import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Json } from "../../src/index.ts";
import { programBody, stepIds, waitCount } from "../fixtures/program.ts";
import type { Harness } from "./harness.ts";
import { programs } from "./programs.ts";
import { newRun } from "./runs.ts";

/** Random flows whose worker is stopped at random moments, without grace. */
export function describeCutOff(harness: Harness): void {
  afterEach(() => harness.reset());

  describe("a run that is cut off anywhere, any number of times", () => {
    test("ends as if it had not been, and no completed step is executed again", async () => {
      const cuts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 });
      await fc.assert(fc.asyncProperty(programs, cuts, fc.boolean(), checkOne), {
        numRuns: process.env.PAWL_SOAK ? 1_000 : 40,
      });
    }, 600_000);
  });

  async function checkOne(
    program: Parameters<typeof stepIds>[0],
    cuts: number[],
    signalsFirst: boolean,
  ): Promise<void> {
    const store = await harness.open();
    const { durability } = store;
    const executed = new Map<string, number>();
    let cut = () => {};
    let performed = 0;
    let cutAt = -1;
    const body = programBody(async (_, id) => {
      executed.set(id, (executed.get(id) ?? 0) + 1);
      if (performed++ === cutAt) cut();
      return executed.get(id)!;
    });
    const { runId } = await durability.start(newRun({ inputs: { program: program as never } }));
    const sendSignals = async () => {
      for (let n = waitCount(program); n > 0; n--) await durability.signal(runId, "go", n);
    };
    if (signalsFirst) await sendSignals();
    const recorded = new Map<string, Json>();
    for (const after of cuts) {
      cutAt = performed + after;
      const cutOff = new Promise<void>((resolve) => {
        cut = resolve;
        setTimeout(resolve, 15);
      });
      const worker = durability.work(body);
      await cutOff;
      await worker.close(0);
      for (const step of await durability.steps(runId)) {
        if (step.status === "completed") recorded.set(step.id, step.output);
      }
    }
    if (!signalsFirst) await sendSignals();
    durability.work(body);
    const run = await durability.ended(runId);
    const steps = await durability.steps(runId);
    expect(run).toMatchObject({ status: "completed", error: undefined });
    expect(Object.keys(run.outputs as object).sort()).toEqual(stepIds(program).sort());
    for (const step of steps) {
      // The count of executions is a step's output, and what was once recorded stays.
      expect([step.status, step.output]).toEqual(["completed", executed.get(step.id)]);
      if (recorded.has(step.id)) expect(step.output).toBe(recorded.get(step.id));
    }
    expect(run.outputs).toEqual(Object.fromEntries(steps.map((step) => [step.id, step.output])));
    await store.close();
  }
}
