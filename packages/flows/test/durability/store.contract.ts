import { createLogger } from "@pawl/hooks/guard";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewEvent, Store } from "../../src/index.ts";
import { fakeClock } from "./fake-clock.ts";
import type { Harness } from "./harness.ts";
import { newRun, step } from "./runs.ts";

/** Events, state and leases of a store. */
export function describeStore(harness: Harness): void {
  const clock = fakeClock();
  let store: Store;

  beforeEach(async () => {
    store = await harness.open({ events: { maxEventsPerRun: 5, maxTextPerRun: 1_000 } });
  });

  afterEach(() => harness.reset());

  describe("the event log", () => {
    test("tells the life of a run in order", async () => {
      store.durability.work(async (_, scope) => {
        await step(scope, "a");
        store.events.append({ type: "log", runId: scope.id, data: "between" });
        await step(scope, "b");
        return { status: "completed", outputs: null };
      });
      const { runId } = await store.durability.start(newRun());
      await store.durability.ended(runId);
      const events = await store.events.read({ runId });
      expect(events.map((event) => [event.type, event.recordId])).toEqual([
        ["run-queued", undefined],
        ["run-started", undefined],
        ["step-started", "a"],
        ["step-ended", "a"],
        ["log", undefined],
        ["step-started", "b"],
        ["step-ended", "b"],
        ["run-ended", undefined],
      ]);
      expect(events.at(-1)).toMatchObject({ runId, flow: "f", data: { status: "completed" } });
    });

    test("is read by run, type and place, without repetition", async () => {
      for (let n = 0; n < 4; n++)
        store.events.append({ type: n % 2 ? "stdout" : "stderr", runId: `r${n % 2}`, data: n });
      const all = await store.events.read({});
      expect(all.map((event) => event.data)).toEqual([0, 1, 2, 3]);
      expect(new Set(all.map((event) => event.seq)).size).toBe(4);
      expect((await store.events.read({ after: all[1]!.seq })).map((event) => event.data)).toEqual([2, 3]);
      expect((await store.events.read({ runId: "r1" })).map((event) => event.data)).toEqual([1, 3]);
      expect((await store.events.read({ types: ["stderr"], limit: 1 })).map((event) => event.data)).toEqual([0]);
    });

    test("calls listeners at once until they leave", async () => {
      const seen: NewEvent[] = [];
      const leave = store.events.subscribe((event) => seen.push(event));
      store.events.append({ type: "log", data: 1, time: 7 });
      expect(seen).toEqual([{ type: "log", data: 1, time: 7 }]);
      leave();
      store.events.append({ type: "log", data: 2 });
      expect(seen).toHaveLength(1);
    });

    test("goes on when a listener throws, and says so", async () => {
      const said: string[] = [];
      const log = createLogger((_, message) => said.push(message));
      const other = await harness.open({ log });
      other.events.subscribe(() => {
        throw new Error("listener");
      });
      const { runId } = await other.durability.start(newRun());
      expect((await other.durability.get(runId))?.status).toBe("queued");
      expect(said).toHaveLength(1);
    });

    test("keeps a bounded number of a run's lines and says once that it is cut", async () => {
      for (let n = 0; n < 20; n++) store.events.append({ type: "stdout", runId: "r", data: n });
      store.events.append({ type: "step-ended", runId: "r" });
      store.events.append({ type: "stdout", runId: "other", data: "kept" });
      const events = await store.events.read({});
      expect(events.map((event) => event.type)).toEqual([...Array(5).fill("stdout"), "log", "step-ended", "stdout"]);
      expect(events[5]).toMatchObject({ runId: "r", data: { level: "warn", code: "log-cut" } });
    });

    test("keeps a bounded amount of a run's text", async () => {
      store.events.append({ type: "stdout", runId: "r", data: "x".repeat(900) });
      store.events.append({ type: "stdout", runId: "r", data: "y".repeat(900) });
      store.events.append({ type: "stdout", runId: "r", data: "z" });
      expect((await store.events.read({})).map((event) => event.type)).toEqual(["stdout", "log"]);
    });
  });

  describe("the state", () => {
    test("is a map by scope and key", async () => {
      expect(await store.state.get("s", "k")).toBeUndefined();
      await store.state.set("s", "k", { deep: [1, null] });
      await store.state.set("t", "k", false);
      expect(await store.state.get("s", "k")).toEqual({ deep: [1, null] });
      expect(await store.state.get("t", "k")).toBe(false);
      await store.state.set("s", "k", 2);
      expect(await store.state.get("s", "k")).toBe(2);
      await store.state.delete("s", "k");
      expect(await store.state.get("s", "k")).toBeUndefined();
      expect(await store.state.get("t", "k")).toBe(false);
    });

    test("forgets a value at its time", async () => {
      const timed = await harness.open({ clock });
      await timed.state.set("s", "k", 1, { expiresAt: clock.now() + 100 });
      expect(await timed.state.get("s", "k")).toBe(1);
      clock.advance(100);
      expect(await timed.state.get("s", "k")).toBeUndefined();
    });
  });

  describe("a lease", () => {
    test("is had by one at a time", async () => {
      const first = await store.leases.acquire("trigger:a");
      expect(first).toBeDefined();
      expect(await store.leases.acquire("trigger:a")).toBeUndefined();
      expect(await store.leases.acquire("trigger:b")).toBeDefined();
      await first!.release();
      await first!.release();
      expect(await store.leases.acquire("trigger:a")).toBeDefined();
      expect(first!.lost.aborted).toBe(false);
    });

    test("is given to one of many who ask at once", async () => {
      const asked = await Promise.all(Array.from({ length: 10 }, () => store.leases.acquire("x")));
      expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test("is renewed by itself, and lost when its process slept through its time", async () => {
      const timed = await harness.open({ clock });
      const lease = await timed.leases.acquire("x", 900);
      for (let n = 0; n < 6; n++) {
        clock.advance(300);
        await timed.state.set("wait", "for", "the commit");
      }
      expect(lease!.lost.aborted).toBe(false);
      expect(await timed.leases.acquire("x", 900)).toBeUndefined();
      clock.jump(5_000);
      expect(lease!.lost.aborted).toBe(true);
      expect(await timed.leases.acquire("x", 900)).toBeDefined();
    });
  });
}
