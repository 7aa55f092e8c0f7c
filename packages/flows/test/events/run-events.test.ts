import { afterEach, describe, expect, test } from "vitest";
import type { LoggedEvent, Store } from "../../src/index.ts";
import { openDatabase } from "../../src/sqlite/index.ts";
import { fakeClock } from "../durability/fake-clock.ts";
import { sqliteHarness } from "../durability/harness.ts";

const dayMs = 86_400_000;
const harness = sqliteHarness();
afterEach(() => harness.reset());

/** More than are looked through, of two runs in turn and of none: the index is brought up to date on the way. */
async function appendMany(store: Store, count: number, begin = 0): Promise<void> {
  for (let n = begin; n < begin + count; n++) {
    const of = n % 3 === 2 ? {} : { runId: `run-${n % 3}` };
    store.events.append({ type: n % 2 === 0 ? "step-started" : "step-ended", ...of, data: n });
    if (n % 50 === 0) await store.events.read({ limit: 1 });
  }
  await store.events.read({ limit: 1 });
}

const numbers = (events: readonly LoggedEvent[]) => events.map(({ data }) => data as number);
const expected = (count: number, remainder: number) =>
  Array.from({ length: count }, (_, n) => n).filter((n) => n % 3 === remainder);

describe("the events of a run", () => {
  test("are found once each and in order, whether the index knows them or not", async () => {
    const store = await harness.open();
    for (let total = 0; total < 1_000; total += 100) {
      await appendMany(store, 100, total);
      expect(numbers(await store.events.read({ runId: "run-1" }))).toEqual(expected(total + 100, 1));
    }
  });

  test("are read page by page, from either end and by type", async () => {
    const store = await harness.open();
    await appendMany(store, 1_000);
    const all = expected(1_000, 0);
    const pages: number[] = [];
    for (let after = 0; ; ) {
      const page = await store.events.read({ runId: "run-0", after, limit: 30 });
      if (page.length === 0) break;
      pages.push(...numbers(page));
      after = page.at(-1)!.seq;
    }
    expect(pages).toEqual(all);
    const latest = await store.events.read({ runId: "run-0", limit: 200, isLatest: true });
    expect(numbers(latest)).toEqual(all.slice(-200));
    const ended = await store.events.read({ runId: "run-0", types: ["step-ended"] });
    expect(numbers(ended)).toEqual(all.filter((n) => n % 2 === 1));
  });

  test("are found in what another process has stored meanwhile", async () => {
    const [one, other] = [await harness.open(), await harness.open()];
    await appendMany(one, 400);
    await appendMany(other, 400, 400);
    await appendMany(one, 100, 800);
    for (const store of [one, other]) {
      expect(numbers(await store.events.read({ runId: "run-1" }))).toEqual(expected(900, 1));
    }
  });
});

test("the index is brought up to date by processes that store a few events each, too", async () => {
  for (let n = 0; n < 40; n++) {
    const store = await harness.open();
    await appendMany(store, 10, 10 * n);
    await store.close();
  }
  const database = openDatabase(harness.file());
  const { behind } = database
    .prepare("SELECT max(seq) - (SELECT seq FROM run_events_until) AS behind FROM events")
    .get()!;
  database.close();
  expect(Number(behind)).toBeLessThan(256);
});

describe("what is taken out of the log", () => {
  test("leaves its number taken, also when it was the newest, and no row of the index", async () => {
    const clock = fakeClock();
    const store = await harness.open({ clock });
    for (let n = 0; n < 300; n++) store.events.append({ type: "project-changed", data: n });
    const before = (await store.events.read({ isLatest: true, limit: 1 }))[0]!.seq;
    clock.jump(31 * dayMs);
    await store.prune();
    await store.prune();
    expect(await store.events.read({})).toEqual([]);
    const database = openDatabase(harness.file());
    expect(database.prepare("SELECT count(*) AS n FROM run_events").get()).toEqual({ n: 1 });
    store.events.append({ type: "project-changed" });
    expect((await store.events.read({})).map(({ seq }) => seq)).toEqual([before + 1]);
    await store.prune();
    expect(database.prepare("SELECT run_id, seq FROM run_events").all()).toEqual([{ run_id: "", seq: before + 1 }]);
    database.close();
  });
});
