import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Flow, openSqliteStore, type RunRecord } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { engineOf, flowOf, later, newStore, type Supervision, supervise, tempDir, until } from "./trigger-kit.ts";

const start = "2026-05-04T11:59:30Z";

interface Timed extends Supervision {
  readonly clock: FakeClock;
  firings(): Promise<string[]>;
}

/** One flow under a clock that is moved by hand. */
async function timed(flow: Flow, clock = new FakeClock(start), engine = engineOf(newStore())): Promise<Timed> {
  const supervision = await supervise([flow], { clock, engine });
  return { ...supervision, clock, firings: async () => scheduled(await supervision.runs()) };
}

function scheduled(runs: readonly RunRecord[]): string[] {
  return runs.map((run) => new Date(run.trigger.time).toISOString().slice(11, 19)).sort();
}

function cron(input: object): Promise<Flow> {
  return flowOf("tick", [{ uses: "cron", with: { timezone: "UTC", ...input } }]);
}

describe("cron", () => {
  test("fires at each moment of its schedule, and tells the next one", async () => {
    const { clock, firings, status } = await timed(await cron({ schedule: "* * * * *" }));
    await clock.goTo("2026-05-04T12:03:10Z");
    expect(await firings()).toEqual(["12:00:00", "12:01:00", "12:02:00", "12:03:00"]);
    expect(status()).toMatchObject({
      description: "* * * * * (UTC)",
      nextFiringAt: Date.parse("2026-05-04T12:04:00Z"),
      lastFiredAt: Date.parse("2026-05-04T12:03:00Z"),
    });
  });

  test("takes `expression` for `schedule`, and a time zone in the schedule", async () => {
    const flow = await flowOf("tick", [{ uses: "cron", with: { expression: "CRON_TZ=Asia/Kolkata 30 17 * * *" } }]);
    const { clock, firings } = await timed(flow);
    await clock.goTo("2026-05-05T11:00:00Z");
    expect(await firings()).toEqual(["12:00:00"]);
  });

  test.each([
    ["none", []],
    ["last", ["2026-05-04T15:00:00.000Z"]],
    ["all", ["2026-05-04T13:00:00.000Z", "2026-05-04T14:00:00.000Z", "2026-05-04T15:00:00.000Z"]],
  ])("with catchup %s fires what was missed while no server ran accordingly", async (catchup, missed) => {
    const engine = engineOf(newStore());
    const flow = await cron({ schedule: "0 * * * *", catchup });
    const first = await timed(flow, new FakeClock(start), engine);
    await first.clock.goTo("2026-05-04T12:30:00Z");
    await first.supervisor.close();
    const second = await timed(flow, new FakeClock("2026-05-04T15:30:00Z"), engine);
    await second.clock.goTo("2026-05-04T16:10:00Z");
    const events = (await second.runs()).map((run) => run.trigger.eventId).sort();
    expect(events).toEqual(["2026-05-04T12:00:00.000Z", ...missed, "2026-05-04T16:00:00.000Z"]);
  });

  test("fires late, not never, when a restart falls onto its moment", async () => {
    const engine = engineOf(newStore());
    const flow = await cron({ schedule: "0 * * * *" });
    const first = await timed(flow, new FakeClock(start), engine);
    await first.supervisor.close();
    const second = await timed(flow, new FakeClock("2026-05-04T12:00:20Z"), engine);
    await second.clock.goTo("2026-05-04T12:00:21Z");
    expect(await second.firings()).toEqual(["12:00:00"]);
  });

  test("treats what passed while the machine slept as missed", async () => {
    const { clock, firings } = await timed(await cron({ schedule: "0 * * * *" }));
    await clock.goTo("2026-05-04T12:10:00Z");
    clock.jumpTo("2026-05-04T18:10:00Z");
    await clock.goTo("2026-05-04T19:10:00Z");
    expect(await firings()).toEqual(["12:00:00", "19:00:00"]);
  });

  test("does not fire a moment twice after a crash between the run and its note", async () => {
    const engine = engineOf(newStore());
    const flow = await cron({ schedule: "0 * * * *" });
    const first = await timed(flow, new FakeClock(start), engine);
    await first.clock.goTo("2026-05-04T12:00:10Z");
    await first.supervisor.close();
    await engine.store.state.set("trigger:tick/cron", "last", Date.parse(start));
    const second = await timed(flow, new FakeClock("2026-05-04T12:00:20Z"), engine);
    await second.clock.goTo("2026-05-04T12:00:40Z");
    expect(await second.firings()).toEqual(["12:00:00"]);
    expect(second.status().counts).toMatchObject({ fired: 0, duplicate: 1 });
  });

  test("delays each firing by the same chance everywhere, up to its jitter", async () => {
    const flow = await cron({ schedule: "0 * * * *", jitter: "10m" });
    const [a, b] = [await timed(flow), await timed(flow)];
    await until(() => a.status().nextFiringAt !== undefined && b.status().nextFiringAt !== undefined);
    const next = a.status().nextFiringAt!;
    expect(b.status().nextFiringAt).toBe(next);
    expect(next).toBeGreaterThanOrEqual(Date.parse("2026-05-04T12:00:00Z"));
    expect(next).toBeLessThan(Date.parse("2026-05-04T12:10:00Z"));
    await a.clock.goTo(next - 1);
    expect(await a.firings()).toEqual([]);
    await a.clock.goTo(next);
    expect(await a.firings()).toEqual(["12:00:00"]);
  });

  test.each([
    [{ schedule: "61 * * * *" }, "invalid-input"],
    [{ schedule: "* * * * *", timezone: "Mars/Base" }, "invalid-input"],
    [{}, "invalid-input"],
    [{ schedule: "0 0 31 2 *" }, "no-next-firing"],
  ])("shows %j as failed when it comes out of an expression", async (input, code) => {
    const env = Object.fromEntries(Object.entries(input));
    const written = Object.fromEntries(Object.keys(input).map((name) => [name, `\${{ env.${name} }}`]));
    const flow = await flowOf("tick", [{ uses: "cron", with: written }]);
    const { status } = await supervise([flow], { env });
    await until(() => status().health === "failed");
    expect(status().lastError!.code).toBe(code);
  });

  test("fires once per tick with two servers on one file of which either stops at any time", async () => {
    const file = join(tempDir(), "pawl.db");
    const open = async () => {
      const store = await openSqliteStore(file, { synchronous: "normal" });
      later(() => store.close());
      return store;
    };
    const stores = [await open(), await open()];
    const flow = await flowOf("tick", [{ uses: "cron", with: { schedule: "* * * * * *", timezone: "UTC" } }]);
    const begin = (index: number) => supervise([flow], { engine: engineOf(stores[index]!) });
    const servers = [await begin(0), await begin(1)];
    const from = Date.now();
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 600));
      await servers[turn % 2]!.supervisor.close();
      servers[turn % 2] = await begin(turn % 2);
    }
    for (const server of servers) await server.supervisor.close();
    const ticks = (await servers[0]!.runs()).map((run) => run.trigger.time).sort((a, b) => a - b);
    const expected = Array.from({ length: ticks.length }, (_, n) => ticks[0]! + n * 1_000);
    expect(ticks).toEqual(expected);
    expect(ticks[0]! - from).toBeLessThan(1_100);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
  });
});

describe("interval", () => {
  const every = (input: object) => flowOf("beat", [{ uses: "interval", with: input }]);

  test.each([{ every: "90s" }, { seconds: 90 }])("fires after each %j, from when it was first seen", async (input) => {
    const { clock, firings, status } = await timed(await every(input));
    await clock.goTo("2026-05-04T12:05:00Z");
    expect(await firings()).toEqual(["12:01:00", "12:02:30", "12:04:00"]);
    expect(status()).toMatchObject({ description: "every 1.5 min", nextFiringAt: Date.parse("2026-05-04T12:05:30Z") });
  });

  test("goes on in its rhythm after a restart, with one firing for all that were missed", async () => {
    const engine = engineOf(newStore());
    const flow = await every({ every: "1h" });
    const first = await timed(flow, new FakeClock(start), engine);
    await first.clock.goTo("2026-05-04T13:00:00Z");
    await first.supervisor.close();
    const second = await timed(flow, new FakeClock("2026-05-04T17:10:00Z"), engine);
    await second.clock.goTo("2026-05-04T18:00:00Z");
    expect(await second.firings()).toEqual(["12:59:30", "16:59:30", "17:59:30"]);
  });

  test.each([{}, { every: "1s", seconds: 1 }, { every: 0 }, { every: "-1s" }, { every: "1s", other: 1 }])(
    "refuses %j",
    async (input) => {
      const { status } = await timed(await every(input));
      await until(() => status().health === "failed");
      expect(status().lastError!.code).toBe("invalid-input");
    },
  );
});

describe("startup", () => {
  test("fires once per life of the server, neither at an edit nor at a restart of the trigger", async () => {
    const engine = engineOf();
    const flow = await flowOf("boot", [{ uses: "startup" }]);
    const first = await supervise([flow], { engine });
    await until(async () => (await first.runs()).length === 1);
    await first.supervisor.update([]);
    await first.supervisor.update([flow]);
    await until(() => first.status().counts.duplicate === 1);
    await first.supervisor.close();
    const second = await supervise([flow], { engine });
    await until(async () => (await second.runs()).length === 2);
  });
});
