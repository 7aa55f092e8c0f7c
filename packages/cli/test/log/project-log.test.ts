import type { EventLog, LoggedEvent } from "@pawl/flows";
import type { NetworkEvent, NetworkEvents } from "@pawl/networks";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginning, type Cursor, parseCursor, writeCursor } from "../../src/log/cursor.ts";
import type { ProjectEvent } from "../../src/log/project-event.ts";
import { type LogFilter, ProjectLog } from "../../src/log/project-log.ts";

/** Two logs that grow as a test wants, read as those of SQLite are. */
class Growing {
  readonly flows: LoggedEvent[] = [];
  readonly networks: NetworkEvent[] = [];
  /** Entries between those that are read, as a filter leaves them out. */
  readonly #gap: number;

  constructor(gap: number) {
    this.#gap = gap;
  }

  flow(time: number): void {
    this.flows.push({ seq: (this.flows.at(-1)?.seq ?? 0) + this.#gap, type: "log", time, runId: "r" });
  }

  network(time: number): void {
    const place = String(Number(this.networks.at(-1)?.place ?? 0) + this.#gap);
    this.networks.push({ place, type: "pod-ended", time, network: "n", pod: "p" });
  }

  get log(): ProjectLog {
    const events: Pick<EventLog, "read"> = {
      read: async ({ after = 0, limit = 1_000, isLatest }) =>
        isLatest === true
          ? this.flows.slice(Math.max(0, this.flows.length - limit))
          : this.flows.filter(({ seq }) => seq > after).slice(0, limit),
    };
    const networks: NetworkEvents = {
      read: async ({ after = "0", limit = 1_000, isLatest } = {}) => {
        const end = this.networks.at(-1)?.place ?? "0";
        const rest = this.networks.filter(({ place }) => isLatest === true || Number(place) > Number(after));
        const shown = isLatest === true ? rest.slice(Math.max(0, rest.length - limit)) : rest.slice(0, limit);
        const hasMore = isLatest !== true && rest.length > shown.length;
        const from = isLatest === true ? String(Number(shown[0]?.place ?? Number(end) + 1) - 1) : after;
        return {
          events: shown,
          from,
          place: hasMore ? shown.at(-1)!.place : isLatest || rest.length > 0 ? end : after,
          hasMore,
        };
      },
      close: async () => {},
    };
    return new ProjectLog(events as EventLog, networks);
  }
}

async function rest(log: ProjectLog, after: Cursor, limit: number, filter: LogFilter = {}): Promise<ProjectEvent[]> {
  const found: ProjectEvent[] = [];
  let cursor = after;
  for (;;) {
    const page = await log.read(filter, cursor, limit);
    found.push(...page.events);
    cursor = page.cursor;
    if (!page.hasMore) return found;
  }
}

const growth = fc.array(fc.record({ ofFlow: fc.boolean(), time: fc.nat(20) }), { maxLength: 60 });

function grown(steps: readonly { ofFlow: boolean; time: number }[], gap: number): Growing {
  const growing = new Growing(gap);
  for (const { ofFlow, time } of steps) ofFlow ? growing.flow(time) : growing.network(time);
  return growing;
}

const ids = (events: readonly ProjectEvent[]) => events.map(({ id }) => id);

describe("the log of a project", () => {
  test("has every event once, in the order of its own log, whatever the size of pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        growth,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, gap, limit) => {
          const growing = grown(steps, gap);
          const read = ids(await rest(growing.log, beginning, limit));
          expect(read.filter((id) => id.startsWith("f"))).toEqual(growing.flows.map(({ seq }) => `f${seq}`));
          expect(read.filter((id) => id.startsWith("n"))).toEqual(growing.networks.map(({ place }) => `n${place}`));
        },
      ),
    );
  });

  test("goes on after any event with what was not read, without gap or repeat, while both logs grow", async () => {
    await fc.assert(
      fc.asyncProperty(growth, growth, fc.nat(60), fc.integer({ min: 1, max: 9 }), async (before, later, at, limit) => {
        const growing = grown(before, 2);
        const first = await rest(growing.log, beginning, limit);
        const seen = first.slice(0, at);
        for (const { ofFlow, time } of later) ofFlow ? growing.flow(time) : growing.network(time);
        const cursor = parseCursor(seen.at(-1)?.cursor ?? "0")!;
        const read = [...ids(seen), ...ids(await rest(growing.log, cursor, limit))];
        const all = [...growing.flows.map(({ seq }) => `f${seq}`), ...growing.networks.map(({ place }) => `n${place}`)];
        expect(read.toSorted()).toEqual(all.toSorted());
        expect(new Set(read).size).toBe(read.length);
      }),
    );
  });

  test("begins with its newest, each of which leads on to what follows it", async () => {
    await fc.assert(
      fc.asyncProperty(growth, fc.nat(10), async (steps, limit) => {
        const { log } = grown(steps, 1);
        const latest = await log.latest({}, limit);
        expect(latest.events.length).toBe(Math.min(limit, steps.length));
        expect(await rest(log, latest.cursor, 5)).toEqual([]);
        for (const [index, { cursor }] of latest.events.entries()) {
          expect(ids(await rest(log, parseCursor(cursor)!, 5))).toEqual(ids(latest.events.slice(index + 1)));
        }
      }),
    );
  });

  test("of a run leaves networks out, of a network or a pod the flows, and its cursors keep both places", async () => {
    const { log } = grown(
      [
        { ofFlow: true, time: 1 },
        { ofFlow: false, time: 2 },
      ],
      1,
    );
    expect(await log.read({ runId: "r" })).toMatchObject({ events: [{ id: "f1", cursor: "f1.n0" }] });
    expect(await log.read({ network: "n" })).toMatchObject({ events: [{ id: "n1", cursor: "f0.n1" }] });
    expect(await log.latest({ pod: "p" }, 5)).toMatchObject({ events: [{ id: "n1", cursor: "f1.n1" }] });
    expect((await log.latest({ runId: "r" }, 5)).cursor).toEqual({ flows: 1, networks: "1" });
  });
});

describe("a cursor", () => {
  test("is read as it was written; a number alone is of flows, and anything else is none", () => {
    expect(parseCursor(writeCursor({ flows: 12, networks: "40" }))).toEqual({ flows: 12, networks: "40" });
    expect(parseCursor("12")).toEqual({ flows: 12, networks: "0" });
    for (const text of ["", "-1", "f12", "n4", "f1.n", "f1.n4.n5", "f1.n4 ", `f${"9".repeat(16)}.n1`, "1e3"]) {
      expect(parseCursor(text), text).toBe(undefined);
    }
  });
});
