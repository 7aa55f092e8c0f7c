import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Durability, RunCancelled, type RunScope, type Store } from "../../src/index.ts";
import type { Harness } from "./harness.ts";
import { completed, gate, limited, newRun, step } from "./runs.ts";

/** What every answer to the durability port has to do, whatever stands behind it. */
export function describeDurability(harness: Harness): void {
  let store: Store;
  let durability: Durability;

  beforeEach(async () => {
    store = await harness.open();
    durability = store.durability;
  });

  afterEach(() => harness.reset());

  /** Executes every run with `body`; its result is the run's outputs. */
  function work(body: (scope: RunScope, runId: string) => Promise<unknown>, options = {}) {
    return durability.work(async (run, scope) => {
      const outputs = (await body(scope, run.id)) ?? null;
      return { status: "completed", outputs: outputs as never };
    }, options);
  }

  async function start(fields: Parameters<typeof newRun>[0] = {}): Promise<string> {
    return (await durability.start(newRun(fields))).runId;
  }

  const statusOf = async (runId: string) => (await durability.get(runId))?.status;

  describe("a run", () => {
    test("keeps what it was started with and what became of it", async () => {
      const runId = await start({ inputs: { a: [1, "x"] }, vars: { v: null } });
      expect(await durability.get(runId)).toMatchObject({
        id: runId,
        flow: "f",
        status: "queued",
        definition: { hash: "hash-of-f", text: "name: f", file: "flows/f.yaml" },
        inputs: { a: [1, "x"] },
        vars: { v: null },
        trigger: { type: "manual", time: 1_000, payload: null },
        starts: 0,
        owner: undefined,
      });
      work(async () => ({ answer: 42 }));
      const run = await durability.ended(runId);
      expect(run).toMatchObject({ status: "completed", outputs: { answer: 42 }, starts: 1, error: undefined });
      expect(run.endedAt).toBeGreaterThanOrEqual(run.startedAt!);
      expect(await durability.get(runId)).toEqual(run);
    });

    test("is told to its body as reading it would tell", async () => {
      const seen: unknown[] = [];
      durability.work(async (run) => {
        seen.push(run, await durability.get(run.id));
        return { status: "completed", outputs: null };
      });
      await durability.ended(await start({ parent: { runId: "none", recordId: "r" }, idempotencyKey: "k" }));
      expect(seen[0]).toEqual(seen[1]);
    });

    test("has an id of 26 upper-case characters that sorts by time", async () => {
      const ids = await Promise.all(Array.from({ length: 50 }, () => start()));
      for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      expect([...ids].sort()).toEqual(ids);
      expect(new Set(ids).size).toBe(50);
    });

    test("is started once for one idempotency key of a flow, also by callers at the same time", async () => {
      const starts = await Promise.all(
        Array.from({ length: 20 }, () => durability.start(newRun({ idempotencyKey: "delivery-1" }))),
      );
      expect(new Set(starts.map((started) => started.runId)).size).toBe(1);
      expect(starts.filter((started) => started.created)).toHaveLength(1);
      const other = await durability.start(newRun({ flow: "g", idempotencyKey: "delivery-1" }));
      expect(other.created).toBe(true);
    });

    test("fails with a sentence when its body throws, and nothing hangs", async () => {
      work(async () => {
        throw new TypeError("the body is wrong");
      });
      const run = await durability.ended(await start());
      expect(run).toMatchObject({ status: "failed", error: { code: "run-failed", message: "the body is wrong" } });
    });

    test("fails when its outputs cannot be stored", async () => {
      work(async () => 1n);
      expect(await durability.ended(await start())).toMatchObject({ status: "failed", error: { code: "run-failed" } });
    });

    test("that is unknown is not found anywhere", async () => {
      expect(await durability.get("none")).toBeUndefined();
      expect(await durability.steps("none")).toEqual([]);
      expect(await durability.cancel("none", "x")).toBe("unknown");
      expect(await durability.release("none")).toBe("unknown");
      expect(await durability.signal("none", "a", 1)).toBe(false);
      await expect(durability.ended("none")).rejects.toThrow(/none/);
    });

    test("stops being waited for when the caller's signal is aborted", async () => {
      const controller = new AbortController();
      const ended = durability.ended(await start(), controller.signal);
      controller.abort(new Error("no patience"));
      await expect(ended).rejects.toThrow("no patience");
    });
  });

  describe("steps", () => {
    test("are recorded in the order of their starts, with their attempts", async () => {
      work(async (scope) => {
        await scope.step({ id: "z#2", step: "z" }, async (attempt) => {
          expect(attempt.earlier).toEqual([]);
          const first = { number: 1, startedAt: 1, endedAt: 2, error: { code: "transient", message: "later" } };
          await attempt.failed(first);
          expect(attempt.earlier).toEqual([first]);
          const last = { number: 2, startedAt: 3, endedAt: 4, error: undefined };
          return { ...completed({ ok: true }), attempt: last, hooks: [{ name: "audit" }, { name: "h", error: "e" }] };
        });
        await scope.step({ id: "a", step: "a" }, async () => ({ ...completed(), status: "skipped", reason: "if" }));
        await scope.step({ id: "b", step: "b" }, async () => ({
          ...completed("partial"),
          status: "failed",
          error: { code: "timeout", message: "too slow" },
        }));
      });
      const runId = await start();
      await durability.ended(runId);
      expect(await durability.steps(runId)).toMatchObject([
        {
          id: "z#2",
          step: "z",
          status: "completed",
          output: { ok: true },
          attempts: [
            { number: 1, error: { code: "transient" } },
            { number: 2, error: undefined },
          ],
          hooks: [{ name: "audit" }, { name: "h", error: "e" }],
        },
        { id: "a", status: "skipped", reason: "if", attempts: [] },
        { id: "b", status: "failed", output: "partial", error: { code: "timeout", message: "too slow" } },
      ]);
    });

    test("return their record, and are not executed again in the same run", async () => {
      let count = 0;
      work(async (scope) => {
        const first = await step(scope, "a", () => ++count);
        const second = await step(scope, "a", () => ++count);
        return [first.output, second.output];
      });
      expect((await durability.ended(await start())).outputs).toEqual([1, 1]);
    });

    test("are durable when they resolve", async () => {
      work(async (scope, runId) => {
        const record = await step(scope, "a", () => "x");
        expect(await durability.steps(runId)).toEqual([record]);
      });
      expect(await durability.ended(await start())).toMatchObject({ error: undefined });
    });

    test("that throw and are executed again by the same life are recorded once, in their first place", async () => {
      work(async (scope) => {
        const failing = scope.step({ id: "a", step: "a" }, () => Promise.reject(new Error("no")));
        await expect(failing).rejects.toThrow("no");
        await step(scope, "b");
        await step(scope, "a", () => 2);
      });
      const runId = await start();
      await durability.ended(runId);
      const steps = await durability.steps(runId);
      expect(steps.map(({ id, status, output }) => [id, status, output])).toEqual([
        ["a", "completed", 2],
        ["b", "completed", null],
      ]);
    });

    test("that throw are not recorded and reject with what was thrown", async () => {
      work(async (scope) => {
        const error = await scope
          .step({ id: "a", step: "a" }, async () => {
            throw new Error("bug");
          })
          .catch((thrown) => thrown.message);
        return [error, (await step(scope, "a", () => "again")).output];
      });
      expect((await durability.ended(await start())).outputs).toEqual(["bug", "again"]);
    });

    test("show as running while they run, and none is left so in a run that has ended", async () => {
      const inside = gate();
      const leave = gate();
      work(async (scope) => {
        step(scope, "slow", async () => {
          inside.open();
          await leave.opened;
          return null;
        }).catch(() => {});
        await inside.opened;
        await step(scope, "other");
      });
      const runId = await start();
      await durability.ended(runId);
      expect((await durability.steps(runId)).map((each) => [each.id, each.status])).toEqual([
        ["slow", "cancelled"],
        ["other", "completed"],
      ]);
      leave.open();
    });

    test("of branches run at the same time, each in a scope named after its record", async () => {
      const ids: string[] = [];
      const both = [gate(), gate()];
      work(async (scope, runId) => {
        ids.push(runId, scope.id);
        return Promise.all(
          both.map((mine, index) =>
            scope.branch(`each[${index}]`, async (branch) => {
              ids.push(branch.id);
              await step(branch, `each[${index}]`, async () => {
                mine.open();
                await both[1 - index]!.opened;
                return index;
              });
              return (await step(branch, `after[${index}]`, () => index * 10)).output;
            }),
          ),
        );
      });
      expect((await durability.ended(await start())).outputs).toEqual([0, 10]);
      const [runId] = ids;
      expect(ids).toEqual([runId, runId, `${runId}:each[0]`, `${runId}:each[1]`]);
    });
  });

  describe("a worker that is closed", () => {
    test("gives its runs back, and the next goes on after the last recorded step", async () => {
      const executed: string[] = [];
      const stuck = gate();
      const body = async (scope: RunScope) => {
        await step(scope, "a", () => executed.push("a"));
        await step(scope, "b", async () => {
          executed.push("b");
          if (executed.length === 2) {
            stuck.open();
            await new Promise((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason)));
          }
          return executed.length;
        });
        return executed;
      };
      const first = work(body);
      const runId = await start();
      await stuck.opened;
      await first.close(0);
      expect(await statusOf(runId)).toBe("queued");
      work(body);
      expect(await durability.ended(runId)).toMatchObject({ outputs: ["a", "b", "b"], starts: 2 });
    });

    test("keeps the end of a last step that waits for the end of its run, which then does not come", async () => {
      const stuck = gate();
      let executions = 0;
      const body = async (scope: RunScope) => {
        await scope.step({ id: "a", step: "a", isLast: true }, async () => completed(++executions));
        if (stuck.isOpen) return executions;
        stuck.open();
        await new Promise((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason)));
        return null;
      };
      const first = work(body);
      const runId = await start();
      await stuck.opened;
      expect((await durability.steps(runId)).some((each) => each.status === "completed")).toBe(false);
      await first.close(0);
      expect(await durability.steps(runId)).toMatchObject([{ id: "a", status: "completed", output: 1 }]);
      work(body);
      expect(await durability.ended(runId)).toMatchObject({ outputs: 1, starts: 2 });
    });

    test("hands the attempts of a step that was cut off to its next execution", async () => {
      const failure = { number: 1, startedAt: 1, endedAt: 2, error: { code: "transient", message: "m" } };
      const stuck = gate();
      let earlier: unknown;
      const body = (scope: RunScope) =>
        scope.step({ id: "a", step: "a" }, async (attempt) => {
          earlier = attempt.earlier;
          if (attempt.earlier.length === 0) {
            await attempt.failed(failure);
            stuck.open();
            await new Promise((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason)));
          }
          return completed();
        });
      const first = work(body);
      const runId = await start();
      await stuck.opened;
      await first.close(0);
      work(body);
      await durability.ended(runId);
      expect(earlier).toEqual([failure]);
    });

    test("lets open runs end within its time of grace and claims nothing new", async () => {
      const inside = gate();
      const leave = gate();
      const worker = work(
        async (scope) => {
          await step(scope, "a", async () => {
            inside.open();
            await leave.opened;
            return null;
          });
        },
        { concurrency: 1 },
      );
      const runId = await start();
      const next = await start();
      await inside.opened;
      const closed = worker.close();
      leave.open();
      await closed;
      expect(await statusOf(runId)).toBe("completed");
      expect(await statusOf(next)).toBe("queued");
    });

    test("does not wait for ever for a body that ignores its signal, and refuses what that still writes", async () => {
      const leave = gate();
      const refused = gate();
      const inside = gate();
      let lives = 0;
      const body = async (scope: RunScope) => {
        const life = ++lives;
        await step(scope, "a", async () => {
          inside.open();
          if (life === 1) await leave.opened;
          return life;
        }).catch((error) => {
          refused.open();
          throw error;
        });
      };
      const worker = work(body);
      const runId = await start();
      await inside.opened;
      await worker.close(0);
      work(body);
      await durability.ended(runId);
      leave.open();
      await refused.opened;
      expect(await durability.steps(runId)).toMatchObject([{ id: "a", output: 2 }]);
    });
  });

  describe("cancelling", () => {
    test("ends a queued run at once", async () => {
      const runId = await start();
      expect(await durability.cancel(runId, "not needed")).toBe("cancelled");
      expect(await durability.ended(runId)).toMatchObject({
        status: "cancelled",
        error: { code: "cancelled", message: "not needed" },
      });
      expect(await durability.cancel(runId, "again")).toBe("ended");
    });

    test("aborts the signal of a running run, whose last steps are still recorded", async () => {
      const inside = gate();
      durability.work(async (_, scope) => {
        await step(scope, "a", async () => {
          inside.open();
          return new Promise((resolve) => {
            scope.signal.addEventListener("abort", () => {
              expect(scope.signal.reason).toBeInstanceOf(RunCancelled);
              resolve(scope.signal.reason.message);
            });
          });
        });
        await step(scope, "tidy-up");
        return { status: "cancelled", outputs: null, error: { code: "cancelled", message: "x" } };
      });
      const runId = await start();
      await inside.opened;
      expect(await durability.cancel(runId, "by Ann")).toBe("asked");
      expect(await durability.ended(runId)).toMatchObject({ status: "cancelled" });
      expect(await durability.steps(runId)).toMatchObject([
        { id: "a", output: "by Ann" },
        { id: "tidy-up", status: "completed" },
      ]);
    });

    test("wakes a waiting run", async () => {
      work((scope) => scope.wait("w", "never"));
      const runId = await start();
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      expect(await durability.cancel(runId, "given up")).toBe("asked");
      expect(await durability.ended(runId)).toMatchObject({
        status: "cancelled",
        error: { code: "cancelled", message: "given up" },
      });
    });

    test("reaches the sub-runs of a run", async () => {
      const hang = async (scope: RunScope) => {
        await new Promise((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason)));
      };
      work(hang);
      const parent = await start();
      const child = await start({ flow: "g", parent: { runId: parent, recordId: "sub" } });
      await expect.poll(() => statusOf(child)).toBe("running");
      await durability.cancel(parent, "all of it");
      expect(await durability.ended(child)).toMatchObject({ status: "cancelled" });
      expect(await durability.ended(parent)).toMatchObject({ status: "cancelled" });
    });
  });

  describe("waiting", () => {
    test("ends with the value of a signal that comes later, or came before", async () => {
      work(async (scope) => [await scope.wait("w1", "first"), await scope.wait("w2", "second")]);
      const runId = await start();
      await durability.signal(runId, "second", { n: 2 });
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      expect(await durability.steps(runId)).toMatchObject([{ id: "w1", status: "waiting" }]);
      expect(await durability.signal(runId, "first", [1])).toBe(true);
      expect((await durability.ended(runId)).outputs).toEqual([[1], { n: 2 }]);
      expect(await durability.signal(runId, "first", 1)).toBe(false);
    });

    test("misses no signal that comes while it is being noted", async () => {
      work(async (scope, runId) => {
        const value = scope.wait("w", "go");
        await durability.signal(runId, "go", "at once");
        return value;
      });
      expect((await durability.ended(await start())).outputs).toBe("at once");
    });

    test("takes signals of one name one by one, in their order", async () => {
      work(async (scope) => {
        const values = [];
        for (let n = 0; n < 4; n++) values.push((await scope.wait(`w#${n}`, "tick")) ?? null);
        return values;
      });
      const runId = await start();
      for (const n of [1, 2, 3, 4]) await durability.signal(runId, "tick", n);
      expect((await durability.ended(runId)).outputs).toEqual([1, 2, 3, 4]);
    });

    test("ends without a value at its time", async () => {
      work(async (scope) => (await scope.wait("w", "never", Date.now() + 20)) === undefined);
      expect((await durability.ended(await start())).outputs).toBe(true);
    });

    test("sleeps until its time, and not at all when that has passed", async () => {
      const until = Date.now() + 40;
      work(async (scope) => {
        await scope.sleep("past", 5);
        await scope.sleep("s", until);
        return Date.now();
      });
      expect((await durability.ended(await start())).outputs).toBeGreaterThanOrEqual(until);
    });

    test("costs neither a place at the worker nor one of the flow", async () => {
      work(async (scope) => scope.wait("w", "go"), { concurrency: 1 });
      const ids = [await start(limited(1)), await start(limited(1)), await start(limited(1))];
      for (const id of ids) await expect.poll(() => statusOf(id)).toBe("waiting");
      for (const id of ids) await durability.signal(id, "go", id);
      for (const id of ids) expect((await durability.ended(id)).outputs).toBe(id);
    });

    test("of one branch does not stop the others", async () => {
      work(async (scope) =>
        Promise.all([
          scope.branch("a", (branch) => branch.wait("a", "go")),
          scope.branch("b", async (branch) => {
            for (let n = 0; n < 5; n++) await step(branch, `b#${n}`, async () => n);
            return "b";
          }),
        ]),
      );
      const runId = await start();
      await expect.poll(async () => (await durability.steps(runId)).length).toBe(6);
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      await durability.signal(runId, "go", "a");
      expect((await durability.ended(runId)).outputs).toEqual(["a", "b"]);
    });

    test("in vain is left behind when the run is released: it is executed again, and waits again", async () => {
      let lives = 0;
      const body = async (scope: RunScope) => {
        lives++;
        return scope.wait("w", "go");
      };
      const first = work(body);
      const runId = await start();
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      expect(await durability.release(runId)).toBe("owned");
      await first.close();
      expect(await durability.release(runId)).toBe("released");
      expect(await statusOf(runId)).toBe("queued");
      work(body);
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      await durability.signal(runId, "go", 1);
      expect(await durability.ended(runId)).toMatchObject({ outputs: 1, starts: 2 });
      expect(lives).toBe(2);
      expect(await durability.release(runId)).toBe("ended");
    });

    test("goes on after the worker was closed, with the time and the signals it had", async () => {
      const until = Date.now() + 60;
      const body = async (scope: RunScope) => {
        const name = (await step(scope, "a", () => "go")).output as string;
        return [await scope.wait("w", name, Date.now() + 60_000), await scope.sleep("s", until)];
      };
      const first = work(body);
      const runId = await start();
      await expect.poll(() => statusOf(runId)).toBe("waiting");
      await first.close();
      expect(await durability.get(runId)).toMatchObject({ status: "waiting", owner: undefined });
      await durability.signal(runId, "go", "from far");
      expect(await statusOf(runId)).toBe("queued");
      work(body);
      const run = await durability.ended(runId);
      expect(run.outputs).toEqual(["from far", null]);
      expect(run.endedAt).toBeGreaterThanOrEqual(until);
    });
  });
}
