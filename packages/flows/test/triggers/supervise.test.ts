import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createTriggerRegistry, event, type TriggerContext, TriggerError, trigger } from "../../src/index.ts";
import { engineOf, flowOf, newStore, supervise, until } from "./trigger-kit.ts";

const nothing = z.strictObject({});

/** A trigger of the test: `body` is what one life of it does. */
function generator(body: (context: TriggerContext) => AsyncGenerator<never, void, never> | AsyncGenerator) {
  return trigger({ name: "test.source", input: nothing, run: (_input, context) => body(context) as never });
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const uses = [{ uses: "test.source" }];

describe("a supervised trigger", () => {
  test("starts exactly one run for each yield, and gets the next call only after that run is stored", async () => {
    const engine = engineOf();
    const stored: boolean[] = [];
    const source = generator(async function* ({ signal }) {
      for (let n = 0; n < 50; n++) {
        const accepted = (yield { n }) as { runId: string };
        stored.push((await engine.store.durability.get(accepted.runId))?.trigger.payload !== undefined);
      }
      await forever(signal);
    });
    const { runs, status } = await supervise([await flowOf("many", uses)], { engine, triggers: [source] });
    await until(() => stored.length === 50);
    expect(stored).toEqual(Array(50).fill(true));
    const payloads = (await runs()).map((run) => (run.trigger.payload as { n: number }).n);
    expect(payloads.sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(status()).toMatchObject({ health: "running", counts: { fired: 50, duplicate: 0, dropped: 0 } });
  });

  test("counts an event with a known id as a duplicate, and hands the first run back", async () => {
    const ids: string[] = [];
    const source = generator(async function* ({ signal }) {
      for (const id of ["a", "b", "a"]) ids.push(((yield event({ id }, { id })) as { runId: string }).runId);
      await forever(signal);
    });
    const { runs, status } = await supervise([await flowOf("once", uses)], { triggers: [source] });
    await until(() => ids.length === 3);
    expect(await runs()).toHaveLength(2);
    expect(ids[2]).toBe(ids[0]);
    expect(status().counts).toMatchObject({ fired: 2, duplicate: 1 });
  });

  test("tells the source and the event log when the flow's overflow policy drops an event", async () => {
    const answers: { dropped: boolean }[] = [];
    const source = generator(async function* ({ signal }) {
      for (let n = 0; n < 3; n++) answers.push((yield { n }) as { dropped: boolean });
      await forever(signal);
    });
    const flow = await flowOf("full", uses, { concurrency: { limit: 1, overflow: "drop" } });
    const { engine, status } = await supervise([flow], { triggers: [source] });
    await until(() => answers.length === 3);
    expect(answers.map((answer) => answer.dropped)).toEqual([false, true, true]);
    expect(status().counts).toMatchObject({ fired: 1, dropped: 2 });
    expect(await engine.store.events.read({ types: ["trigger-dropped"] })).toHaveLength(2);
  });

  test.each([
    ["throws", "trigger-failed"],
    ["ends", "trigger-ended"],
  ])("that %s is started again after a pause, and says so meanwhile", async (way, code) => {
    let lives = 0;
    const source = generator(async function* ({ signal }) {
      lives += 1;
      yield { lives };
      if (lives > 1) await forever(signal);
      if (way === "throws") throw new Error("The source is gone.");
    });
    const { runs, status } = await supervise([await flowOf("again", uses)], { triggers: [source] });
    await until(() => status().health === "backing-off");
    expect(status().lastError).toMatchObject({ code });
    expect(status().retryAt! - Date.now()).toBeLessThanOrEqual(1_000);
    await until(() => lives === 2 && status().health === "running");
    await until(async () => (await runs()).length === 2);
    expect(status().counts.restarts).toBe(1);
  });

  test("runs its finally block when it is stopped, wherever it stands", async () => {
    const ended: string[] = [];
    const sleeping = generator(async function* ({ sleep }) {
      try {
        await sleep(60_000);
        yield {};
      } finally {
        ended.push("sleeping");
      }
    });
    const { supervisor } = await supervise([await flowOf("tidy", uses)], { triggers: [sleeping] });
    await supervisor.close();
    expect(ended).toEqual(["sleeping"]);
  });

  test("delivers an event that it gives while it is being stopped", async () => {
    let release = () => {};
    const source = generator(async function* () {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield { last: true };
    });
    const { supervisor, runs } = await supervise([await flowOf("last", uses)], { triggers: [source], graceMs: 5_000 });
    const closing = supervisor.close();
    release();
    await closing;
    expect(await runs()).toHaveLength(1);
  });

  test("that hangs when it is stopped is left behind after its grace, and can no longer fire", async () => {
    let release = () => {};
    const hanging = generator(async function* () {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield { late: true };
    });
    const { supervisor, engine, runs } = await supervise([await flowOf("stuck", uses)], {
      triggers: [hanging],
      graceMs: 20,
    });
    await supervisor.close();
    const failed = await engine.store.events.read({ types: ["trigger-failed"] });
    expect(failed.map((each) => (each.data as { code: string }).code)).toEqual(["trigger-stuck"]);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await runs()).toHaveLength(0);
  });

  test("refuses a payload that is not JSON, counts it, and goes on", async () => {
    const source = generator(async function* ({ signal }) {
      yield { when: 1n } as never;
      yield { fine: true };
      await forever(signal);
    });
    const { runs, status } = await supervise([await flowOf("odd", uses)], { triggers: [source] });
    await until(async () => (await runs()).length === 1);
    expect(status().counts).toMatchObject({ fired: 1, dropped: 1 });
  });

  test("drops an event that cannot start its flow, and says why", async () => {
    const source = generator(async function* ({ signal }) {
      yield {};
      await forever(signal);
    });
    const flow = await flowOf("needy", uses, { inputs: { name: { type: "string", required: true } } });
    const { engine, status } = await supervise([flow], { triggers: [source] });
    await until(() => status().counts.dropped === 1);
    const [dropped] = await engine.store.events.read({ types: ["trigger-dropped"] });
    expect(dropped!.data).toMatchObject({ code: "event-refused" });
  });

  test("says how many events it could not keep, and why", async () => {
    const source = generator(async function* ({ signal, dropped }) {
      dropped(3, "They came too fast.");
      await forever(signal);
      yield {};
    });
    const { status, engine } = await supervise([await flowOf("hasty", uses)], { triggers: [source] });
    await until(() => status().counts.dropped === 3);
    expect(status().lastDropped).toMatchObject({ code: "events-lost", message: "They came too fast." });
    expect(status().overflow).toBe("queue");
    const [event] = await engine.store.events.read({ types: ["trigger-dropped"] });
    expect(event).toMatchObject({ flow: "hasty", data: { code: "events-lost", count: 3 } });
  });

  test("keeps small state between its lives", async () => {
    const seen: unknown[] = [];
    const source = generator(async function* ({ state, signal }) {
      seen.push(await state.get("cursor"));
      await state.set("cursor", seen.length);
      if (seen.length === 1) throw new Error("Once.");
      await forever(signal);
      yield {};
    });
    await supervise([await flowOf("cursor", uses)], { triggers: [source] });
    await until(() => seen.length === 2);
    expect(seen).toEqual([undefined, 1]);
  });
});

describe("a trigger that cannot work", () => {
  test.each([
    ["an unknown name", [{ uses: "crom", with: {} }], "unknown-trigger"],
    ["a wrong input", [{ uses: "interval", with: { every: "soon" } }], "invalid-input"],
    ["an expression without a value", [{ uses: "interval", with: { every: "${{ env.NOT_SET }}" } }], "missing-value"],
  ])("because of %s is shown as failed, while others run", async (_what, triggers, code) => {
    const fine = await flowOf("fine", [{ uses: "startup" }]);
    const { runs, status } = await supervise([await flowOf("broken", triggers), fine]);
    expect(status()).toMatchObject({ health: "failed", lastError: { code } });
    await until(async () => (await runs()).length === 1);
    expect(status(1).health).toBe("running");
  });

  test("is started again when the flows change", async () => {
    let isAllowed = false;
    const source = generator(async function* ({ signal }) {
      if (!isAllowed) throw new TriggerError("path-taken", "Another one is in the way.");
      await forever(signal);
      yield {};
    });
    const flow = await flowOf("waits", uses);
    const { supervisor, status } = await supervise([flow], { triggers: [source] });
    await until(() => status().health === "failed");
    isAllowed = true;
    await supervisor.update([flow]);
    await until(() => status().health === "running");
  });

  test("takes its input from the environment and the flow's secrets", async () => {
    let given: unknown;
    const source = trigger({
      name: "test.source",
      input: z.strictObject({ url: z.string(), token: z.string() }),
      async *run(input, { signal }) {
        given = input;
        await forever(signal);
        yield {};
      },
    });
    const written = [{ uses: "test.source", with: { url: "${{ env.BASE }}/feed", token: "${{ secrets.TOKEN }}" } }];
    const flow = await flowOf("dynamic", written, { secrets: { TOKEN: { env: "FEED_TOKEN" } } });
    await supervise([flow], { triggers: [source as never], env: { BASE: "http://localhost", FEED_TOKEN: "s3cret" } });
    await until(() => given !== undefined);
    expect(given).toEqual({ url: "http://localhost/feed", token: "s3cret" });
  });
});

describe("updating the flows", () => {
  test("leaves an unchanged trigger alone, and starts runs of the new definition", async () => {
    let lives = 0;
    let fire = () => {};
    const source = generator(async function* () {
      lives += 1;
      for (;;) {
        await new Promise<void>((resolve) => {
          fire = resolve;
        });
        yield {};
      }
    });
    const before = await flowOf("same", uses, { description: "before" });
    const after = await flowOf("same", uses, { description: "after" });
    const { supervisor, runs } = await supervise([before], { triggers: [source] });
    await supervisor.update([after]);
    fire();
    await until(async () => (await runs()).length === 1);
    expect(lives).toBe(1);
    expect((await runs())[0]!.definition.hash).toBe(after.hash);
  });

  test("starts new, stops removed, and replaces changed triggers", async () => {
    const life: string[] = [];
    const source = trigger({
      name: "test.source",
      input: z.strictObject({ name: z.string() }),
      async *run({ name }, { signal }) {
        life.push(`+${name}`);
        try {
          await forever(signal);
          yield {};
        } finally {
          life.push(`-${name}`);
        }
      },
    });
    const of = (...names: string[]) =>
      flowOf(
        "set",
        names.map((name) => ({ id: name[0], uses: "test.source", with: { name } })),
      );
    const { supervisor } = await supervise([await of("a", "b")], { triggers: [source as never] });
    await until(() => life.length === 2);
    await supervisor.update([await of("b2", "c")]);
    await until(() => life.length === 6);
    expect(life.slice(2, 4).sort()).toEqual(["-a", "-b"]);
    expect(life.slice(4).sort()).toEqual(["+b2", "+c"]);
    expect(supervisor.status().map((each) => each.id)).toEqual(["b", "c"]);
  });
});

describe("several supervisors on one store", () => {
  test("share a trigger: one runs it, the other takes over when that stops", async () => {
    const store = newStore();
    let alive = 0;
    let most = 0;
    const source = generator(async function* ({ signal }) {
      most = Math.max(most, ++alive);
      try {
        await forever(signal);
        yield {};
      } finally {
        alive -= 1;
      }
    });
    const flow = await flowOf("shared", uses);
    const first = await supervise([flow], { engine: engineOf(store), triggers: [source] });
    const second = await supervise([flow], { engine: engineOf(store), triggers: [source] });
    expect([first.status().health, second.status().health]).toEqual(["running", "waiting-for-lease"]);
    await first.supervisor.close();
    await until(() => second.status().health === "running");
    expect(most).toBe(1);
  });
});

describe("the registry", () => {
  test("reports a name that comes twice, and keeps the first", () => {
    const source = generator(async function* () {});
    const other = generator(async function* () {});
    const registry = createTriggerRegistry([
      { source: "one.ts", triggers: [source] },
      { source: "two.ts", triggers: [other] },
    ]);
    expect(registry.diagnostics.map((each) => each.code)).toEqual(["duplicate-trigger"]);
    expect(registry.find("test.source")).toBe(source);
    expect(registry.suggest("cronn")).toContain("cron");
  });
});
