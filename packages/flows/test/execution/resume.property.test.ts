import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createEngine, createMemoryStore, type Engine, node, parseFlow, type StepRecord } from "../../src/index.ts";

/** The body of a step, and how its text begins: ids are put in when the flow is written. */
type Body =
  | { kind: "node" }
  | { kind: "loop"; items: number; atOnce: number; body: Body }
  | { kind: "passes"; count: number }
  | { kind: "group" | "parallel"; children: Body[] }
  | { kind: "skipped" };

const bodies = fc.letrec<{ body: Body }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.record({ kind: fc.constant("node" as const) }),
    fc.record({ kind: fc.constant("skipped" as const) }),
    fc.record({ kind: fc.constant("passes" as const), count: fc.integer({ min: 0, max: 3 }) }),
    fc.record({
      kind: fc.constantFrom("group" as const, "parallel" as const),
      children: fc.array(tie("body"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("loop" as const),
      items: fc.integer({ min: 0, max: 3 }),
      atOnce: fc.integer({ min: 1, max: 3 }),
      body: tie("body").filter((body) => body.kind !== "loop" && body.kind !== "passes"),
    }),
  ),
})).body;

function write(body: Body, id: string): Record<string, unknown> {
  const work = { id, uses: "test.work", with: { at: "${{ visits }}" } };
  switch (body.kind) {
    case "node":
      return work;
    case "skipped":
      return { ...work, if: false };
    case "passes":
      return { ...work, while: `\${{ visits.?${id}.orValue(0) < ${body.count} }}` };
    case "loop": {
      const inner = write(body.body, id);
      return { ...inner, loop: Array.from({ length: body.items }, (_, n) => n), max_parallel: body.atOnce };
    }
    default: {
      const children = body.children.map((child, n) => write(child, `${id}_${n}`));
      return { id, [body.kind === "group" ? "steps" : "parallel"]: children };
    }
  }
}

/** Records that have ended, and those of them whose node was called all the same. */
const ended = new Set<string>();
const repeated: string[] = [];
const work = node({
  name: "test.work",
  input: z.record(z.string(), z.unknown()),
  async run({ at }, context) {
    if (ended.has(context.recordId)) repeated.push(context.recordId);
    await turn();
    context.signal.throwIfAborted();
    return { id: context.recordId, at: JSON.stringify(at) };
  },
});

function newEngine(store = createMemoryStore()): Engine {
  return createEngine({ projectDir: ".", store, nodes: [work], env: {} });
}

function byId(records: readonly StepRecord[]): Record<string, unknown> {
  const entries = records.map(({ id, status, output, reason }) => [id, { status, output, reason }] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("a run that is interrupted anywhere, any number of times", () => {
  test("comes to the same records as one that is not, and no completed step runs again", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bodies, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
        async (flowBodies, interruptions) => {
          const { flow } = await parseFlow(
            JSON.stringify({ name: "t", steps: flowBodies.map((body, n) => write(body, `s${n}`)) }),
          );
          ended.clear();
          const straight = newEngine();
          const expected = await straight.run(flow!);
          const records = byId(await straight.store.durability.steps(expected.id));
          await straight.store.close();

          const store = createMemoryStore();
          const { runId } = await newEngine(store).start(flow!);
          ended.clear();
          store.events.subscribe((event) => void (event.type === "step-ended" && ended.add(event.recordId!)));
          for (const after of interruptions) await workFor(newEngine(store), after);
          expect((await newEngine(store).resume(runId)).status).toBe(expected.status);
          expect(repeated).toEqual([]);
          expect(byId(await store.durability.steps(runId))).toEqual(records);
          await store.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Lets a worker go on for so many ends of steps, and then takes the run away from it. */
async function workFor(engine: Engine, ends: number): Promise<void> {
  let left = ends;
  const [run] = await engine.store.durability.list();
  if (run!.status !== "queued") return;
  const enough = new Promise<void>((resolve) => {
    engine.store.events.subscribe((event) => {
      if (event.type === "run-ended" || (event.type === "step-ended" && --left === 0)) resolve();
    });
  });
  const worker = engine.work();
  await enough;
  await worker.close(0);
}
