import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Durability, RunRecord, RunScope } from "../../src/index.ts";
import type { Harness } from "./harness.ts";
import { type Gate, gate, limited, newRun, step } from "./runs.ts";

/** Which runs are executed, in what order, and how many at once. */
export function describeClaims(harness: Harness): void {
  let durability: Durability;

  beforeEach(async () => {
    durability = (await harness.open()).durability;
  });

  afterEach(() => harness.reset());

  async function start(fields: Parameters<typeof newRun>[0] = {}): Promise<string> {
    return (await durability.start(newRun(fields))).runId;
  }

  const statusOf = async (runId: string) => (await durability.get(runId))?.status;
  const statuses = (ids: readonly string[]) => Promise.all(ids.map(statusOf));

  /** Runs that end when their gate is opened. */
  function gated() {
    const gates = new Map<string, Gate>();
    const begun: string[] = [];
    let now = 0;
    let most = 0;
    const gateOf = (id: string): Gate => {
      if (!gates.has(id)) gates.set(id, gate());
      return gates.get(id)!;
    };
    const body = async (run: { id: string }, scope: RunScope) => {
      begun.push(run.id);
      most = Math.max(most, ++now);
      try {
        await Promise.race([
          gateOf(run.id).opened,
          new Promise((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason))),
        ]);
      } finally {
        now--;
      }
      return { status: "completed", outputs: null } as const;
    };
    return { body, begun, open: (id: string) => gateOf(id).open(), most: () => most };
  }

  describe("claims", () => {
    test("take queued runs in their order, as many as the worker has places", async () => {
      const ids = [];
      for (let n = 0; n < 5; n++) ids.push(await start());
      const runs = gated();
      durability.work(runs.body, { concurrency: 2 });
      await expect.poll(() => runs.begun.length).toBe(2);
      for (const id of ids) {
        runs.open(id);
        await durability.ended(id);
      }
      expect(runs.begun).toEqual(ids);
      expect(runs.most()).toBe(2);
    });

    test("give a newcomer no place before those that wait", async () => {
      const runs = gated();
      durability.work(runs.body, { concurrency: 1 });
      const ids = await Promise.all(Array.from({ length: 10 }, () => start()));
      for (const id of ids) runs.open(id);
      for (const id of ids) await durability.ended(id);
      expect(runs.begun).toEqual(ids);
    });

    test("take only one run, and end with it, when asked for one", async () => {
      const runs = gated();
      const other = await start();
      const wanted = await durability.start(newRun(), { here: true });
      expect(await statusOf(wanted.runId)).toBe("queued");
      durability.work(runs.body, { only: wanted.runId });
      await expect.poll(() => runs.begun).toEqual([wanted.runId]);
      runs.open(wanted.runId);
      await durability.ended(wanted.runId);
      expect(await statusOf(other)).toBe("queued");
    });

    test("leave a run that was started for one worker to that worker", async () => {
      const runs = gated();
      durability.work(runs.body);
      const kept = await durability.start(newRun(), { here: true });
      const other = await start();
      await expect.poll(() => runs.begun).toEqual([other]);
      durability.work(runs.body, { only: kept.runId });
      await expect.poll(() => runs.begun).toEqual([other, kept.runId]);
      for (const id of runs.begun) runs.open(id);
      await durability.ended(kept.runId);
      await durability.ended(other);
    });

    test("execute sub-runs on the place of their parent, so that parents cannot lock each other out", async () => {
      durability.work(
        async (run, scope) => {
          if (run.parent !== undefined) return { status: "completed", outputs: "child" };
          const done = await step(scope, "sub", async () => {
            const parent = { runId: run.id, recordId: "sub" };
            const child = await durability.start(newRun({ flow: "child", parent, idempotencyKey: `${run.id}/sub` }));
            return (await durability.ended(child.runId)).outputs;
          });
          return { status: "completed", outputs: done.output };
        },
        { concurrency: 1 },
      );
      const ids = await Promise.all([start(), start(), start()]);
      for (const id of ids) expect((await durability.ended(id)).outputs).toBe("child");
    });

    test("hand back a run that waits through a sub-run as one that waits, wherever it is asked for", async () => {
      const body = async (run: RunRecord, scope: RunScope) => {
        const depth = Number(run.inputs.depth ?? 2);
        const work = async () => {
          if (depth === 0) return (await scope.wait("asked", "go")) ?? null;
          const parent = { runId: run.id, recordId: "sub" };
          const key = { idempotencyKey: `${run.id}/sub` };
          const child = await durability.start(newRun({ flow: "below", inputs: { depth: depth - 1 }, parent, ...key }));
          return (await durability.ended(child.runId, scope.signal)).outputs;
        };
        const done = depth === 0 ? await work() : (await step(scope, "sub", work)).output;
        return { status: "completed" as const, outputs: done };
      };
      const worker = durability.work(body);
      const top = await start();
      const lowest = async () =>
        (await durability.list({ status: "waiting" })).find(({ inputs }) => inputs.depth === 0);
      await expect.poll(lowest).toBeDefined();
      await worker.close(0);
      const queued = await start({ flow: "other" });
      expect((await durability.get(top))?.status).toBe("waiting");
      const waiting = await durability.list({ status: "waiting" });
      expect(waiting.map(({ inputs, status }) => [inputs.depth, status])).toEqual([
        [0, "waiting"],
        [1, "waiting"],
        [undefined, "waiting"],
      ]);
      expect((await durability.list({ status: "queued" })).map(({ id }) => id)).toEqual([queued]);
      expect(await durability.list({ status: ["queued", "waiting"] })).toHaveLength(4);
      await durability.signal((await lowest())!.id, "go", "answered");
      expect((await durability.get(top))?.status).toBe("queued");
      durability.work(body);
      expect((await durability.ended(top)).outputs).toBe("answered");
      await lowest().then((left) => durability.signal(left!.id, "go", null));
    });

    test("let a flow that starts itself past its own limit", async () => {
      durability.work(async (run, scope) => {
        const depth = Number(run.inputs.depth);
        const done = await step(scope, "sub", async () => {
          if (depth === 0) return 0;
          const parent = { runId: run.id, recordId: "sub" };
          const child = await durability.start(newRun({ ...limited(1), inputs: { depth: depth - 1 }, parent }));
          return Number((await durability.ended(child.runId)).outputs) + 1;
        });
        return { status: "completed", outputs: done.output };
      });
      expect((await durability.ended(await start({ ...limited(1), inputs: { depth: 3 } }))).outputs).toBe(3);
    });
  });

  describe("the concurrency of a flow", () => {
    test("is kept, and the rest wait in order", async () => {
      const runs = gated();
      durability.work(runs.body);
      const ids = await Promise.all(Array.from({ length: 6 }, () => start(limited(2))));
      await expect.poll(() => runs.begun.length).toBe(2);
      expect(await statuses(ids)).toEqual(["running", "running", "queued", "queued", "queued", "queued"]);
      for (const id of ids) {
        runs.open(id);
        await durability.ended(id);
      }
      expect(runs.begun).toEqual(ids);
      expect(runs.most()).toBe(2);
    });

    test("counts each key of each flow for itself", async () => {
      const runs = gated();
      durability.work(runs.body);
      const ids = await Promise.all([
        start({ flow: "f", ...limited(1, "queue", "a") }),
        start({ flow: "f", ...limited(1, "queue", "b") }),
        start({ flow: "g", ...limited(1, "queue", "a") }),
        start({ flow: "f", ...limited(1, "queue", "a") }),
      ]);
      await expect.poll(() => runs.begun.length).toBe(3);
      expect(await statuses(ids)).toEqual(["running", "running", "running", "queued"]);
      for (const id of ids) runs.open(id);
      await Promise.all(ids.map((id) => durability.ended(id)));
    });

    test("is not passed by runs that wake", async () => {
      let now = 0;
      let most = 0;
      durability.work(async (_, scope) => {
        await scope.wait("w", "go");
        await step(scope, "busy", async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 5));
          now--;
          return null;
        });
        return { status: "completed", outputs: null };
      });
      const ids = await Promise.all(Array.from({ length: 8 }, () => start(limited(2))));
      for (const id of ids) await expect.poll(() => statusOf(id)).toBe("waiting");
      await Promise.all(ids.map((id) => durability.signal(id, "go", null)));
      await Promise.all(ids.map((id) => durability.ended(id)));
      expect(most).toBe(2);
    });

    test("drops the newcomer when told so", async () => {
      const runs = gated();
      durability.work(runs.body);
      const first = await start(limited(1, "drop"));
      const second = await durability.start(newRun(limited(1, "drop")));
      expect(second).toEqual({ runId: "", created: false, dropped: true });
      runs.open(first);
      await durability.ended(first);
      expect((await durability.start(newRun(limited(1, "drop")))).dropped).toBe(false);
      expect(await durability.list()).toHaveLength(2);
    });

    test("replaces the older runs when told so: those that wait in the queue, and the one that runs", async () => {
      const runs = gated();
      durability.work(runs.body);
      const running = await start(limited(1, "replace"));
      await expect.poll(() => runs.begun).toEqual([running]);
      const newer = await start(limited(1, "replace"));
      const newest = await start(limited(1, "replace"));
      expect((await durability.ended(running)).status).toBe("cancelled");
      await expect.poll(() => runs.begun.includes(newest)).toBe(true);
      expect(runs.most()).toBe(1);
      runs.open(newer);
      runs.open(newest);
      expect((await durability.ended(newest)).status).toBe("completed");
      expect((await durability.ended(newer)).status).toBe("cancelled");
    });

    test("counts a run that waits as one that is there, when newer ones are dropped or replace it", async () => {
      durability.work(async (_, scope) => ({ status: "completed", outputs: (await scope.wait("w", "go")) ?? null }));
      const waiting = await start(limited(1, "replace"));
      await expect.poll(() => statusOf(waiting)).toBe("waiting");
      expect((await durability.start(newRun(limited(1, "drop")))).dropped).toBe(true);
      const newer = await start(limited(1, "replace"));
      expect((await durability.ended(waiting)).status).toBe("cancelled");
      await durability.signal(newer, "go", "newer");
      expect((await durability.ended(newer)).outputs).toBe("newer");
    });

    test("gives the place of a cancelled run to the next", async () => {
      const runs = gated();
      durability.work(runs.body);
      const ids = [await start(limited(1)), await start(limited(1)), await start(limited(1))];
      await expect.poll(() => runs.begun.length).toBe(1);
      await durability.cancel(ids[1]!, "x");
      await durability.cancel(ids[0]!, "x");
      await expect.poll(() => runs.begun.length).toBe(2);
      runs.open(ids[2]!);
      await durability.ended(ids[2]!);
      expect(await statuses(ids)).toEqual(["cancelled", "cancelled", "completed"]);
    });
  });

  describe("the list of runs", () => {
    test("is newest first, by flow and status, page by page", async () => {
      const ids = [];
      for (let n = 0; n < 6; n++) ids.push(await start({ flow: n % 2 === 0 ? "even" : "odd" }));
      const newestFirst = [...ids].reverse();
      const idsOf = async (filter: Parameters<Durability["list"]>[0]) =>
        (await durability.list(filter)).map((run) => run.id);
      expect(await idsOf({})).toEqual(newestFirst);
      expect(await idsOf({ limit: 2 })).toEqual(newestFirst.slice(0, 2));
      expect(await idsOf({ limit: 2, before: newestFirst[1]! })).toEqual(newestFirst.slice(2, 4));
      expect(await idsOf({ flow: "even" })).toEqual([ids[4], ids[2], ids[0]]);
      await durability.cancel(ids[2]!, "x");
      expect(await idsOf({ status: "cancelled" })).toEqual([ids[2]]);
      expect(await idsOf({ flow: "even", status: ["queued", "running"] })).toEqual([ids[4], ids[0]]);
      expect(await idsOf({ flow: "none" })).toEqual([]);
    });
  });
}
