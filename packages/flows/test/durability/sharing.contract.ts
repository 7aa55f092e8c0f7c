import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { identify, isAlive } from "@pawl/hooks/process";
import { afterEach, describe, expect, test } from "vitest";
import { type Owner, RunInterrupted, type RunScope } from "../../src/index.ts";
import { fakeClock } from "./fake-clock.ts";
import type { Harness } from "./harness.ts";
import { completed, gate, limited, newRun, step } from "./runs.ts";

/** Several processes on one store. Here each is a store of its own in this process; crash.test.ts has real ones. */
export function describeSharing(harness: Harness): void {
  const children = new Set<ChildProcess>();

  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
    await harness.reset();
  });

  /** An owner that dies when its process is killed, though its store goes on: a zombie. */
  async function mortalOwner(id: string): Promise<Owner & { die(): Promise<void> }> {
    const child = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
    children.add(child);
    await once(child, "spawn");
    const { host } = await livingOwner();
    return {
      ...identify(child.pid!)!,
      id,
      host,
      async die() {
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      },
    };
  }

  /** Who this process is as an owner. */
  async function livingOwner(): Promise<Owner> {
    const store = await harness.open();
    const { runId } = await store.durability.start(newRun({ flow: "probe" }), { here: true });
    let seen: Owner | undefined;
    store.durability.work(
      async (run) => {
        seen = run.owner;
        return { status: "completed", outputs: null };
      },
      { only: runId },
    );
    await store.durability.ended(runId);
    await store.close();
    return seen!;
  }

  const untilAborted = (scope: RunScope) =>
    new Promise<never>((_, reject) => scope.signal.addEventListener("abort", () => reject(scope.signal.reason)));

  if (harness.cannotShare !== undefined) {
    // Left out and not skipped: what a store cannot be is no gap in its tests.
    test(`does not promise anything to several processes: ${harness.cannotShare}`, async () => {
      const [one, other] = [await harness.open(), await harness.open()];
      const { runId } = await one.durability.start(newRun());
      expect(await other.durability.get(runId)).toBeUndefined();
    });
    return;
  }

  describe("processes", () => {
    test("execute what others queue, and learn of the end of what others execute", async () => {
      const [here, there] = [await harness.open(), await harness.open()];
      there.durability.work(async (run) => ({ status: "completed", outputs: run.owner!.id }));
      const { runId } = await here.durability.start(newRun());
      const run = await here.durability.ended(runId);
      expect(run.outputs).not.toBe("");
      expect(run).toEqual(await there.durability.get(runId));
    });

    test("hear a cancel from elsewhere", async () => {
      const [here, there] = [await harness.open(), await harness.open()];
      const inside = gate();
      there.durability.work(async (_, scope) => {
        inside.open();
        return untilAborted(scope);
      });
      const { runId } = await here.durability.start(newRun());
      await inside.opened;
      expect(await here.durability.cancel(runId, "from here")).toBe("asked");
      expect(await here.durability.ended(runId)).toMatchObject({
        status: "cancelled",
        error: { message: "from here" },
      });
    });

    test("hear signals from elsewhere", async () => {
      const [here, there] = [await harness.open(), await harness.open()];
      there.durability.work(async (_, scope) => ({ status: "completed", outputs: (await scope.wait("w", "go"))! }));
      const { runId } = await here.durability.start(newRun());
      await expect.poll(async () => (await here.durability.get(runId))?.status).toBe("waiting");
      await here.durability.signal(runId, "go", "now");
      expect((await here.durability.ended(runId)).outputs).toBe("now");
    });

    test("keep the concurrency of a flow together", async () => {
      const stores = [await harness.open(), await harness.open(), await harness.open()];
      let now = 0;
      let most = 0;
      for (const store of stores) {
        store.durability.work(async (_, scope) => {
          await step(scope, "a", async () => {
            most = Math.max(most, ++now);
            await new Promise((resolve) => setTimeout(resolve, 5));
            return --now;
          });
          await scope.sleep("s", Date.now() + 5);
          await step(scope, "b");
          return { status: "completed", outputs: null };
        });
      }
      const starts = stores.flatMap((store) =>
        Array.from({ length: 10 }, () => store.durability.start(newRun(limited(3)))),
      );
      for (const { runId } of await Promise.all(starts)) await stores[0]!.durability.ended(runId);
      expect(most).toBe(3);
    });

    test("leave the runs of a living owner alone", async () => {
      const owner = await mortalOwner("alive");
      const [first, second] = [await harness.open({ owner }), await harness.open()];
      const inside = gate();
      const leave = gate();
      first.durability.work(async (_, scope) => {
        await step(scope, "a", async () => {
          inside.open();
          await leave.opened;
          return "first";
        });
        return { status: "completed", outputs: null };
      });
      const { runId } = await first.durability.start(newRun());
      await inside.opened;
      let stolen = 0;
      second.durability.work(async () => {
        stolen++;
        return { status: "completed", outputs: null };
      });
      expect(await second.durability.release(runId)).toBe("owned");
      const { runId: other } = await second.durability.start(newRun());
      await second.durability.ended(other);
      expect((await second.durability.get(runId))?.owner).toMatchObject({ id: "alive" });
      leave.open();
      await second.durability.ended(runId);
      expect(stolen).toBe(1);
    });

    test("adopt the runs of a dead owner at once, and refuse what its zombie still writes", async () => {
      const owner = await mortalOwner("mortal");
      const [zombie, heir] = [await harness.open({ owner }), await harness.open()];
      const inside = gate();
      const leave = gate();
      const zombieError = gate();
      let reason: unknown;
      zombie.durability.work(async (_, scope) => {
        await step(scope, "a", () => "zombie");
        await step(scope, "b", async () => {
          inside.open();
          await leave.opened;
          return "zombie";
        }).catch((error) => {
          reason = [error.code, scope.signal.aborted];
          zombieError.open();
          throw error;
        });
        return { status: "completed", outputs: "zombie" };
      });
      const { runId } = await zombie.durability.start(newRun());
      await inside.opened;
      await owner.die();
      heir.durability.work(async (_, scope) => {
        const [a, b] = [await step(scope, "a", () => "heir"), await step(scope, "b", () => "heir")];
        leave.open();
        await zombieError.opened;
        return { status: "completed", outputs: [a.output, b.output] };
      });
      expect(await heir.durability.ended(runId)).toMatchObject({ outputs: ["zombie", "heir"], starts: 2 });
      expect(reason).toEqual(["interrupted", true]);
      expect((await heir.durability.steps(runId)).map((each) => each.output)).toEqual(["zombie", "heir"]);
    });

    test("wait for the lease of an owner on another host", async () => {
      const clock = fakeClock();
      const far = { id: "far", pid: process.pid, startTime: "other", host: "elsewhere" };
      const there = await harness.open({ owner: far, clock: fakeClock() });
      const here = await harness.open({ clock });
      const inside = gate();
      there.durability.work(async (_, scope) => {
        inside.open();
        return untilAborted(scope);
      });
      const { runId } = await there.durability.start(newRun());
      await inside.opened;
      expect(await here.durability.release(runId)).toBe("owned");
      clock.jump(60_000);
      expect(await here.durability.release(runId)).toBe("released");
      here.durability.work(async () => ({ status: "completed", outputs: "here" }));
      expect((await here.durability.ended(runId)).outputs).toBe("here");
    });

    test("stop the runs of an owner that was silent for too long, though it lives", async () => {
      const sleepy = fakeClock();
      const here = fakeClock();
      const far = { id: "far", pid: process.pid, startTime: "other", host: "elsewhere" };
      const there = await harness.open({ owner: far, clock: sleepy });
      const heir = await harness.open({ clock: here });
      const inside = gate();
      const stopped = gate();
      let reason: unknown;
      there.durability.work(async (_, scope) => {
        inside.open();
        return untilAborted(scope).catch((error) => {
          reason = error;
          stopped.open();
          throw error;
        });
      });
      const { runId } = await there.durability.start(newRun());
      await inside.opened;
      here.jump(60_000);
      heir.durability.work(async () => ({ status: "completed", outputs: "heir" }));
      expect((await heir.durability.ended(runId)).outputs).toBe("heir");
      sleepy.advance(10_000);
      await stopped.opened;
      expect(reason).toBeInstanceOf(RunInterrupted);
    });

    test("end an orphan when asked to, with the child process it left", async () => {
      const owner = await mortalOwner("mortal");
      const [lost, here] = [await harness.open({ owner }), await harness.open()];
      const left = spawn("sh", ["-c", "sleep 1000 & wait"], { stdio: "ignore", detached: true });
      children.add(left);
      await once(left, "spawn");
      const identity = identify(left.pid!)!;
      const inside = gate();
      lost.durability.work(async (_, scope) => {
        await scope.step({ id: "a", step: "a" }, async (attempt) => {
          await attempt.child(identity);
          inside.open();
          return untilAborted(scope);
        });
        return { status: "completed", outputs: null };
      });
      const { runId } = await lost.durability.start(newRun());
      await inside.opened;
      await owner.die();
      expect(await here.durability.cancel(runId, "orphan")).toBe("cancelled");
      expect(isAlive(identity)).toBe(false);
      expect(await here.durability.get(runId)).toMatchObject({ status: "cancelled", error: { message: "orphan" } });
      expect(await here.durability.steps(runId)).toMatchObject([{ id: "a", status: "cancelled" }]);
    });

    test("end the child of a step that was cut off before they execute it again", async () => {
      const owner = await mortalOwner("mortal");
      const [lost, heir] = [await harness.open({ owner }), await harness.open()];
      const left = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
      children.add(left);
      await once(left, "spawn");
      const identity = identify(left.pid!)!;
      const inside = gate();
      lost.durability.work(async (_, scope) => {
        await scope.step({ id: "a", step: "a" }, async (attempt) => {
          await attempt.child(identity);
          inside.open();
          return untilAborted(scope);
        });
        return { status: "completed", outputs: null };
      });
      const { runId } = await lost.durability.start(newRun());
      await inside.opened;
      await owner.die();
      heir.durability.work(async (_, scope) => {
        const done = await scope.step({ id: "a", step: "a" }, async () => completed(isAlive(identity)));
        return { status: "completed", outputs: done.output };
      });
      expect((await heir.durability.ended(runId)).outputs).toBe(false);
    });

    test("wake a sleeper whose owner died, at its time", async () => {
      const owner = await mortalOwner("mortal");
      const [lost, heir] = [await harness.open({ owner }), await harness.open()];
      const until = Date.now() + 700;
      const body = async (_: unknown, scope: RunScope) => {
        await step(scope, "a", () => scope.id);
        await scope.sleep("s", until);
        return { status: "completed", outputs: Date.now() } as const;
      };
      lost.durability.work(body);
      const { runId } = await lost.durability.start(newRun());
      await expect.poll(async () => (await heir.durability.get(runId))?.status).toBe("waiting");
      await owner.die();
      heir.durability.work(body);
      const run = await heir.durability.ended(runId);
      expect(run.outputs).toBeGreaterThanOrEqual(until);
      expect(run.starts).toBe(2);
    });

    test("take over a lease from a dead owner at once, and from nobody else", async () => {
      const owner = await mortalOwner("mortal");
      const [lost, here] = [await harness.open({ owner }), await harness.open()];
      expect(await lost.leases.acquire("trigger:a", 60_000)).toBeDefined();
      expect(await here.leases.acquire("trigger:a", 60_000)).toBeUndefined();
      await owner.die();
      expect(await here.leases.acquire("trigger:a", 60_000)).toBeDefined();
    });

    test("go on after all of them have stopped", async () => {
      const first = await harness.open();
      const { runId } = await first.durability.start(newRun());
      await first.state.set("s", "k", 1);
      first.events.append({ type: "log", runId, data: "last words" });
      await first.close();
      const second = await harness.open();
      expect(await second.state.get("s", "k")).toBe(1);
      expect((await second.events.read({ runId })).at(-1)).toMatchObject({ data: "last words" });
      second.durability.work(async () => ({ status: "completed", outputs: "later" }));
      expect((await second.durability.ended(runId)).outputs).toBe("later");
    });

    test("know each other by host", async () => {
      expect((await livingOwner()).host.startsWith(hostname())).toBe(true);
    });
  });
}
